import { setTimeout as pause } from 'node:timers/promises';
import type { Room } from '@colyseus/sdk';
import { GYRE_TYPE } from '../../../protocol/room-messages.ts';
import { ClientSight } from './client-sight.ts';
import { type FieldPlayer, type SeatReport, tallyOf } from './field-player.ts';
import type { FieldView } from './field-view.ts';
import type { MatchSightings } from './match-sightings.ts';

/** Where a plain client sits. */
export interface PlainSeat {
  readonly room: Room;
  readonly seatIndex: number;
  /** Of this room's life: a room that is lost and made again has another. */
  readonly sightings: MatchSightings;
}

interface Options {
  readonly name: string;
  /** Takes the seat, for the first time or again. Rejects if that doesn't work now. */
  readonly enter: () => Promise<PlainSeat>;
}

const CONSENTED = 4000;
const FINISHED = 4100;
const ABANDONED = 4107;
const PAUSE_MS = 250;
/** What a player who waits for minutes has anyway: tries that don't give up and don't slow down. */
const PATIENT = { minUptime: 0, maxRetries: 1_000, maxDelay: 500 };

/** One who plays the field through the stock Colyseus SDK, and asks for the seat again where that gives up. */
export class PlainPlayer implements FieldPlayer {
  readonly kind = 'plain';
  readonly name: string;
  readonly #enter: Options['enter'];
  readonly #counts = { losses: 0, reseated: 0, roomsLost: 0 };
  #seat: PlainSeat | null = null;
  #sight: ClientSight | null = null;
  #connected = false;
  #isOver = false;
  #sent = 0;

  constructor({ name, enter }: Options) {
    this.name = name;
    this.#enter = enter;
  }

  get matchId(): string {
    return this.#seat?.room.roomId ?? '';
  }

  get isConnected(): boolean {
    return this.#connected;
  }

  get state(): FieldView | null {
    const state = this.#seat?.room.state as FieldView | undefined;
    // Before the first full state there is an empty one.
    return state?.tick === undefined ? null : state;
  }

  get silentMs(): number | null {
    return this.#sight?.silentMs ?? null;
  }

  /** What a plain client sends into a connection that breaks is lost: nothing is owed. */
  get isSettled(): boolean {
    return true;
  }

  async sit(): Promise<void> {
    const seat = await this.#enter();
    const { room, sightings } = seat;
    if (this.#seat !== null && this.#seat.room.roomId !== room.roomId) this.#counts.roomsLost += 1;
    this.#seat = seat;
    this.#connected = true;
    Object.assign(room.reconnection, PATIENT);
    const sight = (this.#sight ??= new ClientSight(sightings));
    sight.beginAnew(sightings);
    room.onStateChange((state) => sight.frame(state as FieldView));
    room.onMessage('beat', ({ tick }: { tick: number }) => sight.beat(tick));
    room.onMessage(GYRE_TYPE, () => undefined);
    room.onDrop(() => {
      // It tells of each try that fails as well.
      if (this.#connected) this.#counts.losses += 1;
      this.#connected = false;
    });
    room.onReconnect(() => {
      this.#connected = true;
    });
    room.onLeave((code) => void this.#left(code));
  }

  say(): void {
    const { room } = this.#seat ?? {};
    if (!this.#connected || !room?.connection.isOpen) return;
    this.#sent += 1;
    room.send('say', { number: this.#sent });
  }

  report(): SeatReport {
    const seatIndex = this.#seat?.seatIndex ?? -1;
    return {
      ...this.#counts,
      kind: this.kind,
      name: this.name,
      matchId: this.matchId,
      seatIndex,
      sent: this.#sent,
      tally: tallyOf(this.state, seatIndex),
      wireBreaches: [],
      sight: (this.#sight as ClientSight).facts,
    };
  }

  close(): void {
    this.#isOver = true;
    const { room } = this.#seat ?? {};
    if (room === undefined) return;
    room.reconnection.enabled = false;
    // A room that is gone answers no farewell.
    room.leave(true).catch(() => undefined);
  }

  async #left(code: number): Promise<void> {
    this.#connected = false;
    if (this.#isOver || code === CONSENTED || code === FINISHED) return;
    if (code === ABANDONED) {
      this.#counts.roomsLost += 1;
      return;
    }
    this.#counts.reseated += 1;
    while (!this.#isOver) {
      try {
        return await this.sit();
      } catch {
        await pause(PAUSE_MS);
      }
    }
  }
}
