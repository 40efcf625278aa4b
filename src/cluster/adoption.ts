import type { AbandonReason } from '../../protocol/states.ts';
import type { RecordedMatch } from '../../rooms/kit/ports.ts';
import type { Reservation, RoomHost } from '../realtime/ports.ts';
import type { ClusterLog } from './cluster-log.ts';
import { LogSealedError } from './log-errors.ts';
import type { Claim, Coordinator, DeadLogs } from './ports.ts';
import type { StepMark } from './step-mark.ts';

/** Remembers which match is being restored, in case that ends the process, and knows which one it was the last time. */
export type RestoreMark = Pick<StepMark, 'suspect' | 'clearSuspect' | 'restoring' | 'restored'>;

/** What it takes to bring one match back. */
export interface ClaimParts {
  readonly mark: Pick<RestoreMark, 'restoring' | 'restored'>;
  readonly roomHost: Pick<RoomHost, 'adopt' | 'seat'>;
  /** As `RoomHost.compatOf`; null for a game that this build doesn't have. */
  readonly compatOf: (game: string) => string | null;
  /** The match with its seats, from the database, with its new epoch; null if it is gone. */
  readonly reservationOf: (matchId: string) => Promise<Reservation | null>;
  readonly abandon: (matchId: string, reason: AbandonReason) => Promise<unknown>;
  readonly logger: ClusterLog;
}

/** What adoption works with. */
export interface AdoptionParts extends ClaimParts {
  /** Started already. */
  readonly coordinator: Pick<Coordinator, 'claimOrphans' | 'countDeath'>;
  readonly deadLogs: DeadLogs;
  /** Our own log: tells whether a match is safe in it. */
  readonly log: { holds(matchId: string): boolean };
  readonly mark: RestoreMark;
  /** Puts hand-offs that no living process will finish back to where they came from. */
  readonly sweep: () => Promise<unknown>;
}

export interface AdoptionReport {
  readonly adopted: readonly string[];
  readonly abandoned: ReadonlyMap<string, AbandonReason>;
}

const OF_ANOTHER_BUILD =
  "this build doesn't have its game, or the game's state, its version or the schema package have changed since it began";
/** Process deaths while a match was restored or stepped, in its whole life, at which it is given up. */
export const MAX_DEATHS = 3;

/**
 * Takes over the matches of dead processes, at the start of this one: each goes on where its log has it, or is
 * abandoned with a reason. May be killed at any point: the old logs stay until every adopted match is durable in ours, so that the next
 * start finds all of it again. Rejects if the database or the logs can't be read; nothing is given up then.
 */
export async function adoptMatches(parts: AdoptionParts): Promise<AdoptionReport> {
  await countDeath(parts);
  const logs = await parts.deadLogs.list();
  const recorded = await parts.deadLogs.read(logs);
  await parts.sweep();
  const claims = await parts.coordinator.claimOrphans();
  const adopted: string[] = [];
  const abandoned = new Map<string, AbandonReason>();
  for (const claim of claims) {
    const reason = await adoptClaim(parts, claim, recorded.get(claim.matchId));
    if (reason === null) adopted.push(claim.matchId);
    else abandoned.set(claim.matchId, reason);
    await turnOfTheLoop();
  }
  await discardLogs(parts, { logs, adopted });
  if (claims.length > 0) {
    parts.logger.info(
      { adopted: adopted.length, abandoned: abandoned.size },
      'took over the matches of the last process',
    );
  }
  return { adopted, abandoned };
}

async function countDeath({ mark, coordinator, logger }: AdoptionParts): Promise<void> {
  if (mark.suspect === null) return;
  const deaths = await coordinator.countDeath(mark.suspect);
  logger.warn({ matchId: mark.suspect, deaths }, 'the last process died while this match was stepped or restored');
  mark.clearSuspect();
}

/**
 * Brings back a match that was claimed, as its log has it, or gives it up.
 * @returns why it was abandoned; null if it goes on
 */
export async function adoptClaim(
  parts: ClaimParts,
  claim: Claim,
  recorded?: RecordedMatch,
): Promise<AbandonReason | null> {
  const { matchId } = claim;
  if (parts.compatOf(claim.game) !== claim.compat) return await abandon(parts, claim, 'incompatible-build');
  if (claim.deaths >= MAX_DEATHS || recorded === undefined) return await abandon(parts, claim, 'crashed');
  const reservation = await parts.reservationOf(matchId);
  if (reservation === null) return await abandon(parts, claim, 'crashed');
  parts.mark.restoring(matchId);
  try {
    await parts.roomHost.adopt(reservation, recorded);
    return null;
  } catch (error) {
    // Another process has taken over meanwhile: the match is not ours to abandon.
    if (error instanceof LogSealedError) throw error;
    parts.logger.error({ err: error, matchId, game: claim.game }, 'a match could not be restored');
    return await abandon(parts, claim, 'crashed');
  } finally {
    parts.mark.restored();
  }
}

async function abandon(parts: ClaimParts, claim: Claim, reason: AbandonReason): Promise<AbandonReason> {
  await parts.abandon(claim.matchId, reason);
  const { matchId, game, deaths } = claim;
  const why = reason === 'incompatible-build' ? OF_ANOTHER_BUILD : 'it could not be brought back';
  parts.logger.warn({ matchId, game, deaths, reason }, `a match of the last process was abandoned: ${why}`);
  return reason;
}

async function discardLogs(
  parts: AdoptionParts,
  { logs, adopted }: { readonly logs: readonly string[]; readonly adopted: readonly string[] },
): Promise<void> {
  const missing = adopted.filter((matchId) => !parts.log.holds(matchId) && parts.roomHost.seat(matchId, 0) !== null);
  if (missing.length === 0) await parts.deadLogs.discard(logs);
  else parts.logger.error({ matchIds: missing }, 'old match logs are kept: these matches are not in the new one yet');
}

function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
