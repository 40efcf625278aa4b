import { CloseCode } from '../../protocol/close-codes.ts';
import type { Peer, RoomLocator, RoomPlace } from '../cluster/peers.ts';
import { isWaiting, type Upgrade } from './held-upgrade.ts';
import type { RealtimeLog } from './ports.ts';
import type { RoomPipe } from './room-pipe.ts';
import { type RoomAddress, RoomPlaces } from './room-places.ts';

export interface UpgradeRouterOptions {
  readonly locator: RoomLocator;
  readonly pipe: RoomPipe;
  readonly log: RealtimeLog;
  /** How long an upgrade may wait for its room in all; 3,000 if left out. */
  readonly holdMs?: number;
  /** Upgrades that wait at a time, 5,000 if left out: one more is told to come back. */
  readonly maxHeld?: number;
}

/** What is to be done here with an upgrade. */
export type Admission = Extract<RoomPlace, { at: 'here' | 'nowhere' }>;

const HOLD_MS = 3_000;
const MAX_HELD = 5_000;
/** A process that lives answers a handshake in much less. */
const HANDSHAKE_MS = 1_000;
const FIRST_PAUSE_MS = 50;
/** Later, news of a move is what matters; this is for when it is lost. */
const MAX_PAUSE_MS = 200;
const COME_BACK: Admission = { at: 'nowhere', closeCode: CloseCode.comeBack };
const MOVING: RoomPlace = { at: 'moving' };

/** Leads upgrades for rooms that are not here to where they are, and holds them while their room moves. */
export class UpgradeRouter {
  readonly #options: UpgradeRouterOptions;
  readonly #places: RoomPlaces;
  /** Ends the waiting of each. */
  readonly #held = new Set<AbortController>();
  #isClosed = false;

  constructor(options: UpgradeRouterOptions) {
    this.#options = options;
    this.#places = new RoomPlaces(options.locator);
  }

  /** Upgrades that wait. */
  get held(): number {
    return this.#held.size;
  }

  /** Resolves when it is known what is to be done here; null: nothing, it was piped, or its client has gone. */
  async route(upgrade: Upgrade, address: RoomAddress): Promise<Admission | null> {
    if (this.#isClosed || this.#held.size >= (this.#options.maxHeld ?? MAX_HELD)) return COME_BACK;
    const waiting = new AbortController();
    const end = (): void => waiting.abort();
    const { socket } = upgrade;
    socket.once('close', end).once('end', end);
    this.#held.add(waiting);
    try {
      return await this.#lead(upgrade, address, waiting.signal);
    } finally {
      this.#held.delete(waiting);
      socket.off('close', end).off('end', end);
    }
  }

  /** A room has another owner: whoever waits for it looks again. */
  moved(roomId: string): void {
    this.#places.moved(roomId);
  }

  /** Leads and holds nobody any more: all who come are told to come back. Who is piped already stays so. */
  leadNoMore(): void {
    this.#isClosed = true;
    for (const waiting of this.#held) waiting.abort();
  }

  /** Cuts those who are piped, too. */
  close(): void {
    this.leadNoMore();
    this.#options.pipe.close();
  }

  async #lead(upgrade: Upgrade, address: RoomAddress, signal: AbortSignal): Promise<Admission | null> {
    const untilMs = performance.now() + (this.#options.holdMs ?? HOLD_MS);
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2)) {
      const place = await this.#locate(address, { withinMs: untilMs - performance.now(), signal });
      if (!isWaiting(upgrade)) return null;
      if (place.at === 'here' || place.at === 'nowhere') return place;
      if (place.at === 'peer' && !signal.aborted) {
        const outcome = await this.#pipe(upgrade, place.peer, untilMs - performance.now());
        if (outcome !== 'failed') return null;
      }
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0 || signal.aborted) return isWaiting(upgrade) ? COME_BACK : null;
      await this.#places.change(address.roomId, Math.min(pauseMs, leftMs), signal);
    }
  }

  async #locate(
    address: RoomAddress,
    { withinMs, signal }: { withinMs: number; signal: AbortSignal },
  ): Promise<RoomPlace> {
    try {
      return await unlessLate(this.#places.ask(address), withinMs, signal);
    } catch (error) {
      this.#options.log.warn({ err: error, roomId: address.roomId }, 'could not look up where a room is');
      return MOVING;
    }
  }

  async #pipe(upgrade: Upgrade, peer: Peer, leftMs: number): ReturnType<RoomPipe['open']> {
    try {
      return await this.#options.pipe.open(upgrade, peer, Math.min(HANDSHAKE_MS, Math.max(0, leftMs)));
    } catch (error) {
      this.#options.log.warn({ err: error, incarnation: peer.incarnation }, 'a socket could not be passed on');
      return 'failed';
    }
  }
}

/** The place, or that it isn't known in time. */
function unlessLate(place: Promise<RoomPlace>, withinMs: number, signal: AbortSignal): Promise<RoomPlace> {
  return new Promise((resolve, reject) => {
    const late = (): void => resolve(MOVING);
    const timer = setTimeout(late, Math.max(0, withinMs));
    signal.addEventListener('abort', late);
    place.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', late);
    });
  });
}
