import type { AbandonReason } from '../../protocol/states.ts';
import type { ClusterLog } from './cluster-log.ts';
import type { Move } from './migration.ts';
import { MovePlan, type Playable } from './move-plan.ts';
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
  readonly gameOf: (matchId: string) => Playable | null;
  readonly move: (matchId: string, to: Member) => Promise<Move>;
  readonly abandon: (matchId: string, reason: AbandonReason) => Promise<unknown>;
  readonly logger: ClusterLog;
  /** How long all of it may take. */
  readonly limitMs: number;
}

/** Matches that are between two processes at a time: each stands still meanwhile. */
const AT_ONCE = 4;
const LOOK_EVERY_MS = 100;
/** Others learn with a heartbeat that nothing is to be placed here. Until then they may bring new matches. */
const KNOWN_AFTER_MS = 1_000;

/**
 * Moves every match of this process to others. What no other can take waits for one that can, until the time is up:
 * then it is abandoned, if others live who go on without it. If nobody else is left to go on, the matches are left for the next
 * start, and parked by the caller.
 */
export async function drain(parts: DrainParts): Promise<void> {
  const endMs = performance.now() + parts.limitMs;
  await parts.announce();
  const knownMs = Math.min(endMs, performance.now() + KNOWN_AFTER_MS);
  const plan = new MovePlan();
  for (;;) {
    const others = othersOf(parts);
    if (others.length === 0) return;
    const nowMs = performance.now();
    if (parts.matchIds().length === 0 && nowMs >= knownMs) return;
    if (nowMs >= endMs) return await giveUp(parts);
    // A move may stand still for as long as the database is away.
    const moved = await unlessLate(moveAll(parts, others, plan), endMs - nowMs);
    if (moved === 0) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    await parts.refresh();
    plan.looked();
  }
}

function othersOf({ members, incarnation }: DrainParts): Member[] {
  return members().filter((member) => member.incarnation !== incarnation && !member.draining);
}

/** @returns how many matches have moved */
async function moveAll(parts: DrainParts, others: readonly Member[], plan: MovePlan): Promise<number> {
  const waiting = [...parts.matchIds()];
  let moved = 0;
  const worker = async (): Promise<void> => {
    for (let matchId = waiting.shift(); matchId !== undefined; matchId = waiting.shift()) {
      const to = plan.targetOf(matchId, parts.gameOf(matchId), others);
      if (to === null) continue;
      const outcome = await parts.move(matchId, to);
      if (outcome === 'refused') plan.refused(matchId, to, others);
      if (outcome === 'moved') moved += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return moved;
}

/** @returns how many have moved; 0 if it isn't known in time */
async function unlessLate(moving: Promise<number>, withinMs: number): Promise<number> {
  const { promise: late, resolve } = Promise.withResolvers<number>();
  const timer = setTimeout(resolve, withinMs, 0);
  try {
    return await Promise.race([moving, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function giveUp(parts: DrainParts): Promise<void> {
  const left = parts.matchIds();
  parts.logger.error({ matches: left.length }, 'these matches could not move in time, and are abandoned');
  for (const matchId of left) await parts.abandon(matchId, 'deploy');
}
