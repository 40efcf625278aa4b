import type { BenchCase } from './harness.ts';
import { entropyAfterLinearPrediction, type Positions, TICK_RATE_HZ, walk, WALKERS } from './walk.ts';

const TICKS = 60 * TICK_RATE_HZ;
const QUICK_TICKS = TICK_RATE_HZ;

/** Subjects by what the child calls their encoding; the floor is no encoding and is computed here. */
const SUBJECTS = [
  { name: 'Gyre', role: 'ours', encoding: 'gyre' },
  { name: 'plain Colyseus', role: 'peer', encoding: 'colyseus' },
  { name: 'JSON', role: 'peer', encoding: 'json' },
  { name: 'entropy after linear prediction', role: 'floor', encoding: null },
] as const;

export const bench: BenchCase = {
  id: 'P2',
  title: 'Bytes of a moving entity',
  about: `${WALKERS} walkers on a grid of 1/16 m, ${TICK_RATE_HZ} ticks a second, a minute of the same seeded walk for all. Counted is the payload of the
WebSocket messages, divided by walkers and ticks; after every tick the client's state must equal the server's. Gyre sends plain schema
for now, as Colyseus does, and the match's time with each patch: 1.0 byte and less needs an encoding of its own, which is not there yet.`,
  metrics: [{ name: 'bytes', title: 'Payload per walker and tick', unit: 'bytes', goal: { atMost: 1 } }],
  subjects: SUBJECTS,
  packages: ['@colyseus/core', '@colyseus/schema'],
  async run({ name }, { start, seed, quick }) {
    const ticks = quick ? QUICK_TICKS : TICKS;
    const encoding = SUBJECTS.find((subject) => subject.name === name)?.encoding ?? null;
    if (encoding === null) return { values: { bytes: entropyAfterLinearPrediction(firstTicks(seed, ticks)) } };
    const child = await start('servers/walk-encodings.ts', { options: { encoding, seed, ticks } });
    return { values: { bytes: (await child.ask<number>('bytesPerTick')) / WALKERS }, details: { ticks } };
  },
};

function* firstTicks(seed: number, ticks: number): Generator<Positions> {
  const path = walk(seed);
  for (let tick = 0; tick <= ticks; tick += 1) yield path.next().value;
}
