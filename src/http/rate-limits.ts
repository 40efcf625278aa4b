/** Request limits, as token buckets: per player, and thirty times that per address. */
import { ADDRESS_LIMIT_FACTOR, RATE_LIMITS, type RateLimit, type RateLimitName } from '../../protocol/limits.ts';
import { limitKey } from './client-address.ts';
import { ProblemError } from './problem.ts';
import { TokenBuckets } from './token-buckets.ts';

/** Everything that an address may ask for, whatever it is: files and unknown paths too. */
const ADDRESS_BUDGET: RateLimit = { count: 300, perMs: 1_000, burst: 1_500 };
/** WebSockets that an address may open: a whole school may come back behind one address after an outage. */
const UPGRADE_BUDGET: RateLimit = { count: 50, perMs: 1_000, burst: 500 };

/** One request that was counted. */
export interface Taken {
  /** Undoes the counting: a right password doesn't count as a wrong one. */
  giveBack(): void;
}

const NOTHING_TAKEN: Taken = { giveBack: () => {} };

export interface RateLimitsOptions {
  /** false: nothing is limited (`GYRE_RATE_LIMITS=off`). */
  readonly enabled: boolean;
  /** Monotonic time in ms; `performance.now` unless told otherwise. */
  readonly nowMs?: () => number;
}

/** The limits of one process. Their memory is bounded: those not seen for longest are forgotten first. */
export class RateLimits {
  readonly #enabled: boolean;
  readonly #perPlayer = new Map<RateLimitName, TokenBuckets>();
  readonly #perAddress = new Map<RateLimitName, TokenBuckets>();
  readonly #requests: TokenBuckets;
  readonly #upgrades: TokenBuckets;

  constructor({ enabled, nowMs = () => performance.now() }: RateLimitsOptions) {
    this.#enabled = enabled;
    this.#requests = new TokenBuckets(ADDRESS_BUDGET, nowMs);
    this.#upgrades = new TokenBuckets(UPGRADE_BUDGET, nowMs);
    for (const [name, limit] of Object.entries(RATE_LIMITS) as [RateLimitName, RateLimit][]) {
      this.#perPlayer.set(name, new TokenBuckets(limit, nowMs));
      this.#perAddress.set(name, new TokenBuckets(timesAddressFactor(limit), nowMs));
    }
  }

  /**
   * Counts one request of a player. For `wrongSecret`, count *before* comparing and give back if the secret was right:
   * so no number of attempts at the same time gets past the limit.
   * @throws ProblemError `rate-limited` with the time to wait
   */
  consume(name: RateLimitName, playerId: string): Taken {
    return this.#take(this.#perPlayer.get(name), playerId);
  }

  /** The same per address (per /64 of IPv6), thirty times as much. */
  consumeForAddress(name: RateLimitName, address: string): Taken {
    return this.#take(this.#perAddress.get(name), limitKey(address));
  }

  /** Counts any request of an address against its overall budget. */
  consumeRequest(address: string): Taken {
    return this.#take(this.#requests, limitKey(address));
  }

  /** Counts one WebSocket that an address wants to open. */
  consumeUpgrade(address: string): Taken {
    return this.#take(this.#upgrades, limitKey(address));
  }

  #take(buckets: TokenBuckets | undefined, subject: string): Taken {
    if (!this.#enabled || buckets === undefined) return NOTHING_TAKEN;
    const retryAfterMs = buckets.take(subject);
    if (retryAfterMs > 0) {
      throw new ProblemError('rate-limited', `Too many requests; wait ${Math.ceil(retryAfterMs)} ms.`, {
        retryAfterMs,
      });
    }
    return { giveBack: () => buckets.giveBack(subject) };
  }
}

function timesAddressFactor({ count, perMs, burst }: RateLimit): RateLimit {
  return { count: count * ADDRESS_LIMIT_FACTOR, perMs, burst: burst * ADDRESS_LIMIT_FACTOR };
}
