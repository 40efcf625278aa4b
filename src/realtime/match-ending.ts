import { CloseCode } from '../../protocol/close-codes.ts';
import type { MatchResult } from '../../protocol/room-messages.ts';
import type { MatchEvents, RealtimeLog } from './ports.ts';
import { ServiceCalls } from './service-calls.ts';

export interface MatchEndingParts {
  readonly matchId: string;
  readonly epoch: number;
  readonly events: MatchEvents;
  readonly log: RealtimeLog;
  /** The result is recorded: clients may learn of it. */
  readonly tellResult: (result: MatchResult) => void;
  /** The match is over: closes its sockets with `code` and drops the room. */
  readonly end: (code: number) => void;
}

/**
 * Of a match that nothing is recorded of, when its process stops. Resolves to what its sockets are closed with; never rejects: a
 * database that is away leaves the match to the next start, which abandons it too.
 * @param result null: it has none yet, and is abandoned
 */
export async function endWithProcess(
  { matchId, epoch, events, log }: Pick<MatchEndingParts, 'matchId' | 'epoch' | 'events' | 'log'>,
  result: MatchResult | null,
): Promise<number> {
  try {
    // Its end may be on its way into the database.
    const isOurs =
      result === null
        ? await events.abandoned(matchId, epoch, 'deploy')
        : await events.finished(matchId, epoch, result);
    if (!isOurs) return CloseCode.comeBack;
    return result === null ? CloseCode.matchAbandoned : CloseCode.finished;
  } catch (error) {
    log.error({ err: error, matchId }, 'the end of a match could not be recorded');
    return CloseCode.comeBack;
  }
}

/** Tells the service what became of a match and its seats, in order, until it has got through. */
export class MatchEnding {
  readonly #parts: MatchEndingParts;
  readonly #calls: ServiceCalls;

  constructor(parts: MatchEndingParts) {
    this.#parts = parts;
    this.#calls = new ServiceCalls(parts.matchId, parts.log);
  }

  /** The room is gone: whatever has not got through will not. */
  stop(): void {
    this.#calls.stop();
  }

  seatGivenUp(seatIndex: number): void {
    const { events, matchId } = this.#parts;
    this.#calls.run('recording a seat that was given up', () => events.seatGivenUp(matchId, seatIndex));
  }

  finish(result: MatchResult): void {
    const { events, matchId, epoch, tellResult, end } = this.#parts;
    this.#calls.run(
      'recording a result',
      () => events.finished(matchId, epoch, result),
      (recorded) => {
        if (!recorded) {
          this.#endAsFenced();
          return;
        }
        tellResult(result);
        end(CloseCode.finished);
      },
    );
  }

  /** The game threw too often, or its state can't be recorded any more. */
  abandon(): void {
    const { events, matchId, epoch, log, end } = this.#parts;
    log.error({ matchId }, 'the match can not go on and is abandoned');
    this.#calls.run(
      'abandoning a match',
      () => events.abandoned(matchId, epoch, 'crashed'),
      (recorded) => {
        if (recorded) end(CloseCode.matchAbandoned);
        else this.#endAsFenced();
      },
    );
  }

  /** It is not ours to end any more: what became of it is for the service to say. */
  #endAsFenced(): void {
    const { events, matchId, log, end } = this.#parts;
    this.#calls.run(
      'asking what became of a match',
      () => events.closeCodeOf(matchId),
      (code) => {
        log.warn({ matchId, code }, 'the match was not ours to end any more');
        end(code);
      },
    );
  }
}
