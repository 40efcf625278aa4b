import type { Member } from './peers.ts';

/** A late event loop is worth so many clients: who is late shouldn't get more to do. */
const CLIENTS_PER_DELAY_MS = 20;
/** A room without clients yet will have some. */
const CLIENTS_PER_ROOM = 4;
/** Loads are as of the last heartbeats: a little chance keeps all from choosing the same process between two. */
const CHANCE = 8;

/**
 * The process that gets the next match of a game: the one with the least to do, of those that take new ones. Of another build
 * only if none of ours is left, as while this process is drained for a new one: whoever gets a match now is to keep it.
 * @param random 0 ≤ x < 1
 * @returns null if there is none
 */
export function place(
  members: readonly Member[],
  match: { readonly game: string; readonly compat: string },
  random: () => number = Math.random,
): Member | null {
  const open = members.filter((member) => !member.draining && member.compats[match.game] !== undefined);
  const alike = open.filter((member) => member.compats[match.game] === match.compat);
  const able = alike.length > 0 ? alike : open;
  const weighed = able.map((member) => ({ member, weight: weightOf(member) + random() * CHANCE }));
  return weighed.toSorted((a, b) => a.weight - b.weight)[0]?.member ?? null;
}

function weightOf({ load: { clients, rooms, delayMs } }: Member): number {
  return clients + rooms * CLIENTS_PER_ROOM + delayMs * CLIENTS_PER_DELAY_MS;
}
