import type { AbandonReason } from '../../protocol/states.ts';
import type { ClusterLog } from './cluster-log.ts';
import type { Move } from './migration.ts';
import type { Member } from './peers.ts';

export interface DrainParts {
  readonly incarnation: string;
  /** Says in the database that nothing is to be placed here any more, and looks who else lives. */
  readonly announce: () => Promise<void>;
  readonly members: () => readonly Member[];
  /** Looks now who else lives. */
  readonly refresh: () => Promise<void>;
  /** Matches that run here, or are about to. */
  readonly matchIds: () => readonly string[];
  readonly gameOf: (matchId: string) => { readonly game: string; readonly compat: string } | null;
  readonly move: (matchId: string, to: Member) => Promise<Move>;
  readonly abandon: (matchId: string, reason: AbandonReason) => Promise<unknown>;
  readonly logger: ClusterLog;
  /** How long all of it may take. */
  readonly limitMs: number;
}

/** Matches that are between two processes at a time: each stands still meanwhile. */
const AT_ONCE = 4;
const LOOK_EVERY_MS = 100;

/**
 * Moves every match of this process to others. What no other can take waits for one that can, until the time is up:
 * then it is abandoned, if others live who go on without it. If nobody else is left to go on, the matches are left for the next
 * start, and parked by the caller.
 */
export async function drain(parts: DrainParts): Promise<void> {
  const endMs = performance.now() + parts.limitMs;
  await parts.announce();
  while (parts.matchIds().length > 0) {
    const others = othersOf(parts);
    if (others.length === 0) return;
    const moved = await moveAll(parts, others);
    if (parts.matchIds().length === 0) return;
    if (performance.now() > endMs) return await giveUp(parts);
    if (moved === 0) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    await parts.refresh();
  }
}

function othersOf({ members, incarnation }: DrainParts): Member[] {
  return members().filter((member) => member.incarnation !== incarnation && !member.draining);
}

/** @returns how many matches have moved */
async function moveAll(parts: DrainParts, others: readonly Member[]): Promise<number> {
  const waiting = [...parts.matchIds()];
  const loads = new Map(others.map(({ incarnation, load }) => [incarnation, load.rooms]));
  let moved = 0;
  const worker = async (): Promise<void> => {
    for (let matchId = waiting.shift(); matchId !== undefined; matchId = waiting.shift()) {
      const to = targetFor(parts.gameOf(matchId), others, loads);
      if (to === null) continue;
      loads.set(to.incarnation, (loads.get(to.incarnation) ?? 0) + 1);
      if ((await parts.move(matchId, to)) === 'moved') moved += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return moved;
}

/** The process with the fewest rooms of those that can run the match. */
function targetFor(
  match: { readonly game: string; readonly compat: string } | null,
  others: readonly Member[],
  loads: ReadonlyMap<string, number>,
): Member | null {
  const able = others.filter(({ compats }) => match !== null && compats[match.game] === match.compat);
  const roomsOf = ({ incarnation }: Member): number => loads.get(incarnation) ?? 0;
  return able.toSorted((a, b) => roomsOf(a) - roomsOf(b))[0] ?? null;
}

async function giveUp(parts: DrainParts): Promise<void> {
  const left = parts.matchIds();
  parts.logger.error({ matches: left.length }, 'these matches could not move in time, and are abandoned');
  for (const matchId of left) await parts.abandon(matchId, 'deploy');
}
