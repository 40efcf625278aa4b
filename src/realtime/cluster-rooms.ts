import type { SeatInit, SeatStatus } from '../../rooms/kit/ports.ts';
import { type Member, PeerCallError, type PeerCalls } from '../cluster/peers.ts';
import { place } from '../cluster/placement.ts';
import type { Bus } from '../cluster/ports.ts';
import { HAND_OFF_REASONS, HandOffError } from './hand-off-error.ts';
import type { Place, Reservation, RoomHost, Rooms, SeatAsk } from './ports.ts';

export interface ClusterRoomsParts {
  readonly incarnation: string;
  /** The rooms of this process. */
  readonly host: RoomHost;
  readonly members: () => readonly Member[];
  readonly calls: Pick<PeerCalls, 'call'>;
  readonly bus: Bus;
}

/** A room has as long to be made as the hand-off waits for it. */
const CREATE_MS = 5_000;

/**
 * Rooms of the whole cluster: those of this process are asked directly, others by calls. What a room of another process has to
 * know is in SQL; it is nudged to look there, and looks by itself at times.
 */
export class ClusterRooms implements Rooms {
  readonly #parts: ClusterRoomsParts;

  constructor(parts: ClusterRoomsParts) {
    this.#parts = parts;
  }

  /** Of a game that nobody can take, this process: it says why it can't. */
  place(game: string): Place {
    const { members, host, incarnation } = this.#parts;
    const own = host.compatOf(game);
    const chosen = place(members(), { game, compat: own });
    return { owner: chosen?.incarnation ?? incarnation, compat: chosen?.compats[game] ?? own };
  }

  async create(reservation: Reservation, owner: string): Promise<void> {
    const { calls, host, incarnation } = this.#parts;
    if (owner === incarnation) return await host.create(reservation);
    const peer = this.#peer(owner);
    if (peer === null) throw new HandOffError('room-failed', reservation.matchId);
    try {
      await calls.call(peer, 'create', { reservation }, { timeoutMs: CREATE_MS });
    } catch (error) {
      const reason = HAND_OFF_REASONS.find((each) => error instanceof PeerCallError && error.code === each);
      throw new HandOffError(reason ?? 'room-failed', reservation.matchId, { cause: error });
    }
  }

  /** Of another process it is always true: whoever owns a match sees to it that it runs. */
  async open(matchId: string, owner: string): Promise<boolean> {
    if (owner === this.#parts.incarnation) return this.#parts.host.open(matchId);
    const peer = this.#peer(owner);
    // Should it fail, its owner sees by itself that the match is played; if that is no more, another takes it over.
    if (peer !== null) await this.#parts.calls.call(peer, 'open', { matchId }).catch(() => {});
    return true;
  }

  async seat(ask: SeatAsk, owner: string | null): Promise<SeatStatus | null> {
    const { host, calls, incarnation } = this.#parts;
    if (owner === incarnation) {
      for (const seat of ask.seats) host.addSeat(ask.matchId, seat);
      return host.seat(ask.matchId, ask.seatIndex);
    }
    const peer = owner === null ? null : this.#peer(owner);
    if (peer === null) return null;
    try {
      return await calls.call(peer, 'seat', ask);
    } catch {
      return null;
    }
  }

  directAddressOf(owner: string): string | null {
    return this.#parts.members().find(({ incarnation }) => incarnation === owner)?.directAddress ?? null;
  }

  addSeat(matchId: string, seat: SeatInit): void {
    if (this.#isHere(matchId)) this.#parts.host.addSeat(matchId, seat);
    else this.#nudge(matchId);
  }

  giveUpSeat(matchId: string, seatIndex: number, code: number): void {
    if (this.#isHere(matchId)) this.#parts.host.giveUpSeat(matchId, seatIndex, code);
    else this.#nudge(matchId);
  }

  setPrivate(matchId: string, isPrivate: boolean): void {
    if (this.#isHere(matchId)) this.#parts.host.setPrivate(matchId, isPrivate);
    else this.#nudge(matchId);
  }

  discard(matchId: string): void {
    if (this.#isHere(matchId)) this.#parts.host.discard(matchId);
    else this.#nudge(matchId);
  }

  #isHere(matchId: string): boolean {
    return this.#parts.host.seat(matchId, 0) !== null;
  }

  #nudge(matchId: string): void {
    this.#parts.bus.publish('room', { matchId });
  }

  /** null: it is this process, or none that is known to live. */
  #peer(owner: string): Member | null {
    const { members, incarnation } = this.#parts;
    if (owner === incarnation) return null;
    return members().find((member) => member.incarnation === owner) ?? null;
  }
}
