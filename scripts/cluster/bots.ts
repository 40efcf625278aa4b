// A process of robot players: they gather and play until it is ended, so that there is something to see.
import { setTimeout as pause } from 'node:timers/promises';
import { childOptions, serveParent } from '../../loadtest/bench/child-side.ts';
import { seedFor } from '../../loadtest/random.ts';
import { Turnstile } from '../../loadtest/swarm/at-once.ts';
import type { SwarmGame } from '../../loadtest/swarm/game.ts';
import { swarmGames } from '../../loadtest/swarm/games.ts';
import { Group } from '../../loadtest/swarm/group.ts';
import { Meters } from '../../loadtest/swarm/meters.ts';
import { Player } from '../../loadtest/swarm/player.ts';

export interface BotsOptions {
  readonly endpoint: string;
  readonly count: number;
}

/** Then others come: what players remember of their matches is not kept for ever. */
const STAY_MS = 180_000;
const TROUBLE_PAUSE_MS = 2_000;
const ROUND_MS = 60_000;
const STYLE = { roundMs: ROUND_MS, predict: false, network: null, maxThinkMs: 2_500 };
/** Groups gather one after the other. */
const gathering = new Turnstile(1);

const { endpoint, count } = childOptions() as BotsOptions;
serveParent({ ready: {} });
for (const { game, index } of groups(count)) void playForEver(game, index);

/** Half of them in whole arenas, the others in pairs. */
function groups(bots: number): { readonly game: SwarmGame; readonly index: number }[] {
  const { arena, 'connect-four': connectFour } = swarmGames;
  const arenas = Math.floor(bots / 2 / arena.players);
  const pairs = (bots - arenas * arena.players) / connectFour.players;
  const games: SwarmGame[] = [...Array<SwarmGame>(arenas).fill(arena), ...Array<SwarmGame>(pairs).fill(connectFour)];
  return games.map((game, index) => ({ game, index }));
}

async function playForEver(game: SwarmGame, index: number): Promise<void> {
  for (let generation = 0; ; generation += 1) {
    const players = Array.from({ length: game.players }, (_, seat) => {
      const seed = seedFor(generation, index * 100 + seat);
      return new Player({
        name: `Robot ${index + 1}.${seat + 1}`,
        endpoint,
        game,
        style: STYLE,
        seed,
        meters: new Meters(),
      });
    });
    await playAWhile(game, index, players);
    for (const player of players) player.close();
  }
}

async function playAWhile(game: SwarmGame, index: number, players: readonly Player[]): Promise<void> {
  try {
    for (const player of players) await player.signIn();
    const signal = AbortSignal.timeout(STAY_MS);
    const group = new Group({ index, game, players, gathering, isPrivate: false, signal });
    await group.run();
    if (group.failures.length === 0) return;
    console.error(group.failures.map(({ what }) => what).join('; '));
  } catch {
    // The cluster can't take anybody just now: they come again.
  }
  await pause(TROUBLE_PAUSE_MS);
}
