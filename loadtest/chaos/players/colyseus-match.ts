import { Client } from '@colyseus/sdk';
import type { FieldMatch, MatchOptions } from './gyre-match.ts';
import { MatchSightings } from './match-sightings.ts';
import { PlainPlayer, type PlainSeat } from './plain-player.ts';

/** The same players on plain Colyseus: all by its stock SDK, brought together by its matchmaking. */
export async function beginColyseusMatch(options: MatchOptions): Promise<FieldMatch> {
  const { endpoint, group, sdkPlayers, plainPlayers } = options;
  const seats = sdkPlayers + plainPlayers;
  const rooms = new Map<string, MatchSightings>();
  const enter = async (seat: number): Promise<PlainSeat> => {
    const room = await new Client(endpoint).joinOrCreate('field', { group, seat, seats });
    const sightings = rooms.get(room.roomId) ?? new MatchSightings();
    rooms.set(room.roomId, sightings);
    return { room, seatIndex: seat, sightings };
  };
  const players = Array.from(
    { length: seats },
    (_, seat) => new PlainPlayer({ name: `Plain ${group + 1}-${seat + 1}`, enter: () => enter(seat) }),
  );
  // One after the other: who come at once may be given a room each.
  for (const player of players) await player.sit();
  return { players, end: () => Promise.resolve([]) };
}
