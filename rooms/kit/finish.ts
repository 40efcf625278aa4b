import type { MatchResult, Placement } from '../../protocol/room-messages.ts';
import type { SeatInit } from './ports.ts';

/** How a match ends. */
export interface Finish {
  /**
   * Best first; seats in one group share their place. `[[a], [b, c]]` gives a place 1, b and c place 2. `[seats]` is a
   * draw. Every seat must be in it exactly once.
   */
  readonly placements: readonly (readonly { readonly index: number }[])[];
  /** By seat index; left out: no scores. */
  readonly scores?: Readonly<Record<number, number>>;
  /** Anything that a result page wants to show; plain data. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Turns the author's groups into places: 1, 1, 3. Throws if a seat is missing, doubled or unknown. */
export function toResult(finish: Finish, seats: readonly SeatInit[]): MatchResult {
  const placements: Placement[] = [];
  const placed = new Set<number>();
  let place = 1;
  for (const group of finish.placements) {
    for (const { index } of group) {
      const seat = seats[index];
      if (seat === undefined || placed.has(index))
        throw new Error(`finish(): seat ${index} is unknown or placed twice.`);
      placed.add(index);
      placements.push({ seatIndex: index, playerId: seat.playerId, place, score: finish.scores?.[index] ?? null });
    }
    place += group.length;
  }
  if (placed.size !== seats.length) throw new Error(`finish(): ${seats.length - placed.size} seats have no place.`);
  return { placements, data: finish.data ?? {} };
}
