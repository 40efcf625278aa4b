import { GyreError, type Match } from '../../client-sdk/index.ts';
import type { WatchFacts } from './facts.ts';
import type { SwarmGame } from './game.ts';
import type { Client } from './client.ts';
import { patiently } from './patience.ts';

export interface WatcherOptions {
  readonly client: Client;
  readonly game: SwarmGame;
  readonly signal: AbortSignal;
}

/** Before it looks again when there is nothing to watch. */
const NOTHING_ON_MS = 500;

/** Somebody who watches one match after the other, each to its end. Resolves with what it saw of them. */
export async function watchMatches({ client, game, signal }: WatcherOptions): Promise<readonly WatchFacts[]> {
  const seen: WatchFacts[] = [];
  while (!signal.aborted) {
    const match = await watchOne(client, game);
    if (match === null) await new Promise((resolve) => setTimeout(resolve, NOTHING_ON_MS));
    else seen.push(await toItsEnd(client, match, signal));
  }
  return seen;
}

/** null: there is none, or it ended just now. */
async function watchOne({ gyre, random }: Client, { name }: SwarmGame): Promise<Match | null> {
  const { items } = await patiently(() => gyre.matches.list({ game: name, limit: 100 }));
  const chosen = items[Math.floor(random() * items.length)];
  if (chosen === undefined) return null;
  try {
    return await patiently(() => gyre.matches.watch(chosen.id));
  } catch (error) {
    if (GyreError.is(error, 'not-found') || GyreError.is(error, 'match-over') || GyreError.is(error, 'match-closed'))
      return null;
    throw error;
  }
}

async function toItsEnd(client: Client, match: Match, signal: AbortSignal): Promise<WatchFacts> {
  const leave = (): void => {
    client.wireOf(match.id).leave();
    void match.leave();
  };
  signal.addEventListener('abort', leave);
  const end = await match.closed;
  signal.removeEventListener('abort', leave);
  return {
    matchId: match.id,
    end,
    result: end === 'finished' ? await match.result.catch(() => null) : null,
    wire: client.wireOf(match.id).facts,
  };
}
