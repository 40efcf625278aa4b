import type { SeatInit, SeatStatus } from '../../rooms/kit/ports.ts';
import type { Place, Reservation, RoomHost, Rooms, SeatAsk } from './ports.ts';

/** Where the rooms of a process that is alone are: all of them here. */
export class LocalRooms implements Rooms {
  readonly #host: RoomHost;
  readonly #incarnation: string;
  readonly #directAddress: string | null;

  constructor(host: RoomHost, own: { readonly incarnation: string; readonly directAddress?: string | null }) {
    this.#host = host;
    this.#incarnation = own.incarnation;
    this.#directAddress = own.directAddress ?? null;
  }

  place(game: string): Place {
    return { owner: this.#incarnation, compat: this.#host.compatOf(game) };
  }

  create(reservation: Reservation): Promise<void> {
    return this.#host.create(reservation);
  }

  async open(matchId: string): Promise<boolean> {
    return this.#host.open(matchId);
  }

  async seat({ matchId, seatIndex, seats }: SeatAsk): Promise<SeatStatus | null> {
    // It may never have been told of an earlier one, if the answer of a commit was lost.
    for (const seat of seats) this.#host.addSeat(matchId, seat);
    return this.#host.seat(matchId, seatIndex);
  }

  directAddressOf(): string | null {
    return this.#directAddress;
  }

  addSeat(matchId: string, seat: SeatInit): void {
    this.#host.addSeat(matchId, seat);
  }

  giveUpSeat(matchId: string, seatIndex: number, code: number): void {
    this.#host.giveUpSeat(matchId, seatIndex, code);
  }

  setPrivate(matchId: string, isPrivate: boolean): void {
    this.#host.setPrivate(matchId, isPrivate);
  }

  discard(matchId: string): void {
    this.#host.discard(matchId);
  }
}
