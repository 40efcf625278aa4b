import type { Unheard } from '../realtime/unheard.ts';
import type { ClusterLog } from './cluster-log.ts';
import { type Member, PeerCallError, type PeerCalls } from './peers.ts';

export interface LateWordsParts {
  readonly calls: Pick<PeerCalls, 'call'>;
  /** Who runs a match by now, as SQL has it; null: nobody who lives. */
  readonly ownerOf: (matchId: string) => Promise<Member | null>;
  readonly logger: ClusterLog;
}

/** What players say in a moment is passed on together. */
const EVERY_MS = 10;
const RETRY_MS = 100;
/** A match that moved may have to be taken over from a process that has died meanwhile. */
const PATIENCE_MS = 15_000;

/** Passes on what is still said here to matches that have moved, in order, to wherever they are by then. */
export class LateWords {
  readonly #parts: LateWordsParts;
  readonly #underWay = new Set<Promise<void>>();

  constructor(parts: LateWordsParts) {
    this.#parts = parts;
  }

  /** What takes the words for one match. */
  for(matchId: string, to: Member): (unheard: Unheard) => void {
    let waiting: Unheard[] = [];
    let sending = Promise.resolve();
    const send = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      const unheard = waiting;
      waiting = [];
      await this.#send(to, matchId, unheard);
    };
    return (unheard) => {
      waiting.push(unheard);
      if (waiting.length > 1) return;
      sending = sending.then(send);
      const mine = sending;
      this.#underWay.add(mine);
      void mine.finally(() => this.#underWay.delete(mine));
    };
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Never rejects. Whether a call that has no answer was heard is open: it isn't said twice. */
  async #send(first: Member, matchId: string, unheard: readonly Unheard[]): Promise<void> {
    const { calls, logger } = this.#parts;
    const untilMs = performance.now() + PATIENCE_MS;
    for (let to: Member | null = first; ; to = await this.#ownerOf(matchId)) {
      try {
        if (to !== null) return void (await calls.call(to, 'hear', { matchId, unheard }));
      } catch (error) {
        const wasHeard = error instanceof PeerCallError && error.failure === 'unknown';
        if (wasHeard || performance.now() > untilMs) {
          logger.warn({ err: error, matchId, lost: unheard.length }, 'messages to a match that has moved were lost');
          return;
        }
      }
      if (performance.now() > untilMs) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async #ownerOf(matchId: string): Promise<Member | null> {
    return await this.#parts.ownerOf(matchId).catch(() => null);
  }
}
