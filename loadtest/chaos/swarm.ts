import { setTimeout as pause } from 'node:timers/promises';
import { Child } from '../bench/child.ts';
import { check, type Verdict } from '../swarm/checker.ts';
import type { CrewOptions } from '../swarm/crew.ts';
import type { GeneratorFacts, Progress } from '../swarm/facts.ts';

/** What came of the swarm that played beside. Plain data. */
export interface SwarmFacts {
  readonly matches: number;
  readonly verdicts: readonly Verdict[];
}

const GENERATOR = '../swarm/generator.ts';
/** Two to a match. */
const PLAYERS = 2;
/** What is on when it is told to stop, and what a match takes at most. */
const PLAY_OUT_LIMIT_MS = 120_000;
const LOOK_EVERY_MS = 250;

/** Groups of the swarm that gather, play connect four to its result and go again, while everything is broken around them. */
export class ChaosSwarm implements AsyncDisposable {
  readonly #generator: Child;

  private constructor(generator: Child) {
    this.#generator = generator;
  }

  static async start(options: {
    endpoint: string;
    groups: number;
    seed: number;
    limitMs: number;
  }): Promise<ChaosSwarm> {
    const { endpoint, groups, seed, limitMs } = options;
    const crew: CrewOptions = {
      endpoint,
      game: 'connect-four',
      groups: Array.from({ length: groups }, (_, group) => group),
      seed,
      style: { roundMs: null, predict: false, network: null },
      watchers: 0,
      playMs: limitMs,
      loseEveryMs: null,
    };
    const swarm = new ChaosSwarm(await Child.start(GENERATOR, { options: crew }));
    await swarm.#generator.ask('signIn');
    await swarm.#generator.ask('play');
    return swarm;
  }

  /** Has everyone play the match that is on to its end, and judges all that was played. */
  async finish(): Promise<SwarmFacts> {
    await this.#generator.ask('endPlay');
    const endMs = performance.now() + PLAY_OUT_LIMIT_MS;
    while (performance.now() < endMs && !(await this.#generator.ask<Progress>('progress')).done)
      await pause(LOOK_EVERY_MS);
    const facts = await this.#generator.ask<GeneratorFacts>('facts');
    return { matches: facts.seats.length / PLAYERS, verdicts: check([facts]) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#generator.stop();
  }
}
