import type { SeatInit, SeatStatus } from '../../rooms/kit/ports.ts';
import type { Reservation, RoomHost } from '../../src/realtime/ports.ts';

interface FakeRoom {
  readonly reservation: Reservation;
  state: 'reserved' | 'open';
  readonly seats: SeatStatus[];
}

/**
 * Not a room host: it runs nothing, and only remembers which rooms there would be. It is for the failures of a hand-off
 * (a creation that fails, hangs or comes too late, a death between any two steps), which the real one can't be asked for.
 * Everything that works is tested with the real one, in src/realtime and tests/.
 */
export class FakeRoomHost implements RoomHost {
  readonly rooms = new Map<string, FakeRoom>();
  /** Seats that were given up from outside, as `matchId/index/code`. */
  readonly givenUp: string[] = [];
  /** What a creation does before the room is there: throw, wait, or look around. */
  beforeCreate: (reservation: Reservation) => Promise<void> | void = () => undefined;

  get roomCount(): number {
    return this.rooms.size;
  }

  compatOf(game: string): string {
    return `compat of ${game}`;
  }

  async create(reservation: Reservation): Promise<void> {
    await this.beforeCreate(reservation);
    const seats = reservation.seats.map(({ index }) => ({
      index,
      taken: false,
      connected: false,
      givenUp: false,
      generation: 0,
      lastSeq: 0,
    }));
    this.rooms.set(reservation.matchId, { reservation, state: 'reserved', seats });
  }

  open(matchId: string): boolean {
    const room = this.rooms.get(matchId);
    if (room) room.state = 'open';
    return room !== undefined;
  }

  discard(matchId: string): void {
    this.rooms.delete(matchId);
  }

  async adopt(reservation: Reservation): Promise<void> {
    await this.create(reservation);
    this.open(reservation.matchId);
  }

  seat(matchId: string, seatIndex: number): SeatStatus | null {
    return this.rooms.get(matchId)?.seats[seatIndex] ?? null;
  }

  /** What the room would know of a seat. */
  setSeat(matchId: string, seatIndex: number, status: Partial<SeatStatus>): void {
    const room = this.rooms.get(matchId);
    const seat = room?.seats[seatIndex];
    if (room && seat) room.seats[seatIndex] = { ...seat, ...status };
  }

  addSeat(matchId: string, { index }: SeatInit): void {
    const seats = this.rooms.get(matchId)?.seats;
    if (seats?.length !== index) return;
    seats.push({ index, taken: false, connected: false, givenUp: false, generation: 0, lastSeq: 0 });
  }

  giveUpSeat(matchId: string, seatIndex: number, code: number): void {
    if (this.seat(matchId, seatIndex) === null) return;
    this.givenUp.push(`${matchId}/${seatIndex}/${code}`);
    this.setSeat(matchId, seatIndex, { givenUp: true });
  }

  setPrivate(matchId: string, isPrivate: boolean): void {
    const room = this.rooms.get(matchId);
    if (room) this.rooms.set(matchId, { ...room, reservation: { ...room.reservation, private: isPrivate } });
  }

  end(matchId: string): void {
    this.rooms.delete(matchId);
  }

  async park(): Promise<void> {
    this.rooms.clear();
  }
}
