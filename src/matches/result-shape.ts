import { Result } from '../../protocol/matches.ts';
import type { MatchResult } from '../../protocol/room-messages.ts';
import type { SeatRow } from './match-store.ts';

/**
 * A room's result, checked and with the players of its seats filled in: every seat has one place, and places count
 * as in a race, 1, 1, 3. Only a player who came as the match ended has none: its room had no part in that.
 * @throws Error for anything else, which only a fault in the room's kit can bring about
 */
export function checkedResult(result: MatchResult, seats: readonly SeatRow[]): MatchResult {
  const players = new Map(seats.map(({ index, playerId }) => [index, playerId]));
  const placements = result.placements.map(({ seatIndex, place, score }) => {
    const playerId = players.get(seatIndex);
    if (playerId === undefined) throw new Error(`A result names seat ${seatIndex} twice, or there is no such seat`);
    players.delete(seatIndex);
    return { seatIndex, playerId, place, score };
  });
  const missing = seats.filter(({ index, late }) => players.has(index) && !late);
  if (missing.length > 0)
    throw new Error(`A result has no place for seats ${missing.map(({ index }) => index).join()}`);
  for (const { seatIndex, place } of placements) {
    const better = placements.filter((other) => other.place < place).length;
    if (place !== better + 1)
      throw new Error(`A result gives seat ${seatIndex} place ${place} behind ${better} others`);
  }
  return Result.parse({ placements, data: result.data });
}
