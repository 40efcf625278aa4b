import { CloseCode } from '../../protocol/close-codes.ts';
import { HUB_ROOM } from '../../protocol/hub.ts';
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

/** What the router has to know of an upgrade, and of the rooms here. */
export interface Arrival {
  readonly address: RoomAddress;
  /** Another process has passed it on: it is not passed on again. */
  readonly isPiped: boolean;
  readonly isHere: () => boolean;
  /** Resolves when the room is here, or after so long. */
  readonly arrival: (withinMs: number) => Promise<unknown>;
}

const HOLD_MS = 3_000;
/** Less than {@link HANDSHAKE_MS}: the process that has passed it on looks again where the room is. */
const HOLD_PIPED_MS = 800;
const MAX_HELD = 5_000;
/** A process that lives answers a handshake in much less. */
const HANDSHAKE_MS = 1_000;
const FIRST_PAUSE_MS = 50;
/** Later, news of a move is what matters; this is for when it is lost. */
const MAX_PAUSE_MS = 200;
const COME_BACK: Admission = { at: 'nowhere', closeCode: CloseCode.comeBack };
const HERE: Admission = { at: 'here' };
const MOVING: RoomPlace = { at: 'moving' };
const TRY_ELSEWHERE = 'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

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
  async route(upgrade: Upgrade, arrival: Arrival): Promise<Admission | null> {
    if (this.#isClosed || this.#held.size >= (this.#options.maxHeld ?? MAX_HELD)) return later(upgrade, arrival);
    const waiting = new AbortController();
    const end = (): void => waiting.abort();
    const { socket } = upgrade;
    socket.once('close', end).once('end', end);
    this.#held.add(waiting);
    try {
      return await this.#lead(upgrade, arrival, waiting.signal);
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

  async #lead(upgrade: Upgrade, arrival: Arrival, signal: AbortSignal): Promise<Admission | null> {
    const { address, isPiped } = arrival;
    // Each process has a hub: that one is here says nothing.
    const isMatch = address.roomId !== HUB_ROOM;
    const holdMs = this.#options.holdMs ?? HOLD_MS;
    const untilMs = performance.now() + (isPiped ? Math.min(HOLD_PIPED_MS, holdMs) : holdMs);
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2)) {
      if (isMatch && arrival.isHere()) return HERE;
      const place = await this.#locate(address, { withinMs: untilMs - performance.now(), signal });
      if (!isWaiting(upgrade)) return null;
      if (place.at === 'nowhere' || (place.at === 'here' && arrival.isHere())) return place;
      if (place.at === 'peer' && !signal.aborted) {
        if (isPiped) return later(upgrade, arrival);
        const outcome = await this.#pipe(upgrade, place.peer, untilMs - performance.now());
        if (outcome !== 'failed') return null;
      }
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0 || signal.aborted) return isWaiting(upgrade) ? later(upgrade, arrival) : null;
      const withinMs = Math.min(pauseMs, leftMs);
      const changed = this.#places.change(address.roomId, withinMs, signal);
      await (isMatch ? Promise.race([changed, arrival.arrival(withinMs)]) : changed);
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
      // Matches play on while the database is away. A process that has it no more says so.
      return this.#places.lastOf(address) ?? MOVING;
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

/** The client comes back; whoever has passed it on asks another process, while the client waits. */
function later({ socket }: Upgrade, { isPiped }: Arrival): Admission | null {
  if (!isPiped) return COME_BACK;
  socket.end(TRY_ELSEWHERE);
  return null;
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
