/** Request limits, as token buckets: per player, and thirty times that per address. */
import { ADDRESS_LIMIT_FACTOR, RATE_LIMITS, type RateLimit, type RateLimitName } from '../../protocol/limits.ts';
import { limitKey } from './client-address.ts';
import { ProblemError } from './problem.ts';
import type { SharedBucket, SharedBuckets, SharedCount } from './shared-buckets.ts';
import { TokenBuckets } from './token-buckets.ts';

/** Everything that an address may ask for, whatever it is: files and unknown paths too. */
const ADDRESS_BUDGET: RateLimit = { count: 300, perMs: 1_000, burst: 1_500 };
/** WebSockets that an address may open: a whole school may come back behind one address after an outage. */
const UPGRADE_BUDGET: RateLimit = { count: 50, perMs: 1_000, burst: 500 };

/** One request that was counted. */
export interface Taken {
  /** Undoes the counting: a right password doesn't count as a wrong one. */
  giveBack(): void | Promise<void>;
}

/** Who made a request that a limit counts. */
export interface Counted {
  readonly name: RateLimitName;
  readonly address: string;
}

/** What only this process has counted. */
interface LocallyTaken {
  giveBack(): void;
}

const NOTHING_TAKEN: LocallyTaken = { giveBack: () => {} };

export interface RateLimitsOptions {
  /** false: nothing is limited (`GYRE_RATE_LIMITS=off`). */
  readonly enabled: boolean;
  /** Monotonic time in ms; `performance.now` unless told otherwise. */
  readonly nowMs?: () => number;
  /** Where the processes of a cluster count together; left out: there are no others. */
  readonly shared?: SharedBuckets;
}

/**
 * The limits of one process. Their memory is bounded: those not seen for longest are forgotten first. In a cluster the
 * named ones are counted by all processes together, and by each on its own while that isn't possible; what is there for
 * the sake of a process, the budgets of an address, stays its own.
 */
export class RateLimits {
  readonly #enabled: boolean;
  readonly #shared: SharedBuckets | null;
  readonly #perPlayer = new Map<RateLimitName, TokenBuckets>();
  readonly #perAddress = new Map<RateLimitName, TokenBuckets>();
  readonly #requests: TokenBuckets;
  readonly #upgrades: TokenBuckets;

  constructor({ enabled, nowMs = () => performance.now(), shared }: RateLimitsOptions) {
    this.#enabled = enabled;
    this.#shared = (enabled && shared) || null;
    this.#requests = new TokenBuckets(ADDRESS_BUDGET, nowMs);
    this.#upgrades = new TokenBuckets(UPGRADE_BUDGET, nowMs);
    for (const [name, limit] of Object.entries(RATE_LIMITS) as [RateLimitName, RateLimit][]) {
      this.#perPlayer.set(name, new TokenBuckets(limit, nowMs));
      this.#perAddress.set(name, new TokenBuckets(timesAddressFactor(limit), nowMs));
    }
  }

  /**
   * Counts a request for its address, finds out who calls, and counts it for that player. At once, unless it is counted
   * together with other processes.
   * @param whoCalls what it throws is thrown on, unless the address has had too many
   * @throws ProblemError `rate-limited` with the time to wait
   */
  admit<Caller extends { readonly id: string } | null>(
    counted: Counted,
    whoCalls: () => Caller,
  ): Caller | Promise<Caller> {
    const ofAddress = this.consumeForAddress(counted.name, counted.address);
    if (this.#shared) return this.#admitWithOthers({ ...counted, shared: this.#shared, ofAddress }, whoCalls);
    const caller = whoCalls();
    if (caller) this.consume(counted.name, caller.id);
    return caller;
  }

  /**
   * Counts one thing that a player did. For `wrongSecret`, count *before* comparing and give back if the secret was right:
   * so no number of attempts at the same time gets past the limit.
   * @throws ProblemError `rate-limited` with the time to wait
   */
  async count({ name, address }: Counted, playerId: string): Promise<Taken> {
    const ofAddress = this.consumeForAddress(name, address);
    const ofPlayer = this.consume(name, playerId);
    const buckets = [addressBucket(name, address), playerBucket(name, playerId)];
    const shared = (await this.#shared?.take(buckets)) ?? 'unknown';
    const local = [ofAddress, ofPlayer];
    refuse(shared, local);
    return {
      giveBack: async () => {
        for (const taken of local) taken.giveBack();
        if (shared === 'taken') await this.#shared?.giveBack(buckets);
      },
    };
  }

  /** Counts one request of a player on this process. @throws ProblemError `rate-limited` with the time to wait */
  consume(name: RateLimitName, playerId: string): LocallyTaken {
    return this.#take(this.#perPlayer.get(name), playerId);
  }

  /** The same per address (per /64 of IPv6), thirty times as much. */
  consumeForAddress(name: RateLimitName, address: string): LocallyTaken {
    return this.#take(this.#perAddress.get(name), limitKey(address));
  }

  /** Counts any request of an address against its overall budget. */
  consumeRequest(address: string): LocallyTaken {
    return this.#take(this.#requests, limitKey(address));
  }

  /** Counts one WebSocket that an address wants to open. */
  consumeUpgrade(address: string): LocallyTaken {
    return this.#take(this.#upgrades, limitKey(address));
  }

  /** What the address is refused comes first, whatever else is wrong with the request. */
  async #admitWithOthers<Caller extends { readonly id: string } | null>(
    { name, address, shared, ofAddress }: Counted & { shared: SharedBuckets; ofAddress: LocallyTaken },
    whoCalls: () => Caller,
  ): Promise<Caller> {
    const buckets = [addressBucket(name, address)];
    const local = [ofAddress];
    const found = attempt(whoCalls);
    if ('caller' in found && found.caller) {
      local.push(this.consume(name, found.caller.id));
      buckets.push(playerBucket(name, found.caller.id));
    }
    refuse(await shared.take(buckets), local);
    if ('caller' in found) return found.caller;
    throw found.error;
  }

  #take(buckets: TokenBuckets | undefined, subject: string): LocallyTaken {
    if (!this.#enabled || buckets === undefined) return NOTHING_TAKEN;
    const retryAfterMs = buckets.take(subject);
    if (retryAfterMs > 0) throw tooMany(retryAfterMs);
    return { giveBack: () => buckets.giveBack(subject) };
  }
}

/** Throws if the cluster has counted too many. Whoever it refuses isn't counted here either: or we would refuse longer. */
function refuse(count: SharedCount, local: readonly LocallyTaken[]): void {
  if (typeof count === 'string') return;
  for (const taken of local.slice(count.refusedBy)) taken.giveBack();
  throw tooMany(count.retryAfterMs);
}

function tooMany(retryAfterMs: number): ProblemError {
  return new ProblemError('rate-limited', `Too many requests; wait ${Math.ceil(retryAfterMs)} ms.`, { retryAfterMs });
}

function attempt<Caller>(whoCalls: () => Caller): { readonly caller: Caller } | { readonly error: unknown } {
  try {
    return { caller: whoCalls() };
  } catch (error) {
    return { error };
  }
}

function addressBucket(name: RateLimitName, address: string): SharedBucket {
  return { key: `${name}:address:${limitKey(address)}`, limit: timesAddressFactor(RATE_LIMITS[name]) };
}

function playerBucket(name: RateLimitName, playerId: string): SharedBucket {
  return { key: `${name}:player:${playerId}`, limit: RATE_LIMITS[name] };
}

function timesAddressFactor({ count, perMs, burst }: RateLimit): RateLimit {
  return { count: count * ADDRESS_LIMIT_FACTOR, perMs, burst: burst * ADDRESS_LIMIT_FACTOR };
}
