import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@jest/globals';
import { createTestDatabase } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';

const SCRIPT = path.join(import.meta.dirname, 'counting-process.ts');
const MATCH_IDS = ['m_aaaaaaaa', 'm_bbbbbbbb', 'm_cccccccc', 'm_dddddddd'];

interface Run {
  readonly tickRateHz?: number;
  readonly create?: readonly string[];
  readonly dieAt?: string;
}

/** A real process, and everything that it has said. */
class CountingProcess {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(place: { url: string; dataDir: string }, { tickRateHz = 0, create = [], dieAt }: Run) {
    const args = [SCRIPT, place.url, place.dataDir, String(tickRateHz), create.join(',')];
    this.#child = spawn(process.execPath, dieAt === undefined ? args : [...args, dieAt], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output = createInterface({ input: this.#child.stdout ?? process.stdin });
    output.on('line', (line) => this.lines.push(line));
    this.#ended = Promise.all([once(this.#child, 'exit'), once(output, 'close')]);
  }

  async ready(): Promise<this> {
    await waitFor(() => this.lines.includes('ready'), { what: 'the process' });
    return this;
  }

  /** It was told at which point to die: one that does not is ended, and the test has failed. */
  async died(): Promise<void> {
    const signal = await waitFor(() => this.#child.signalCode, { what: 'its death' });
    if (signal !== 'SIGKILL') throw new Error(`It ended by ${signal}.`);
    await this.#ended;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** The last count that it said of each match, in lines of this kind. */
  counts(kind: 'released' | 'adopted'): Map<string, number> {
    const said = this.lines.map((line) => line.split(' ')).filter(([first]) => first === kind);
    return new Map(said.map(([, matchId = '', count]) => [matchId, Number(count)]));
  }
}

async function makePlace() {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'gyre-kill-'));
  const processes: CountingProcess[] = [];
  return {
    run: (options: Run) => {
      const counting = new CountingProcess({ url: database.url, dataDir }, options);
      processes.push(counting);
      return counting;
    },
    [Symbol.asyncDispose]: async () => {
      for (const counting of processes) await counting.kill();
      await rm(dataDir, { recursive: true });
      await database[Symbol.asyncDispose]();
    },
  };
}

test('killed at any moment under load, again and again, no process takes back what another has let out [SV-1, SV-2]', async () => {
  await using place = await makePlace();
  const seen = new Map<string, number>();
  let create: readonly string[] = MATCH_IDS;
  for (let round = 0; round < 5; round += 1) {
    const counting = await place.run({ tickRateHz: 60, create }).ready();
    const adopted = counting.counts('adopted');
    expect([...adopted.keys()].sort()).toEqual(round === 0 ? [] : MATCH_IDS);
    for (const [matchId, count] of adopted) expect(count).toBeGreaterThanOrEqual(seen.get(matchId) ?? 0);
    const more = 20 + Math.floor(Math.random() * 60);
    const enough = counting.lines.length + more;
    await waitFor(() => counting.lines.length >= enough, { everyMs: 1 });
    await counting.kill();
    for (const [matchId, count] of counting.counts('released')) seen.set(matchId, count);
    create = [];
  }
  expect([...seen.keys()].sort()).toEqual(MATCH_IDS);
}, 60_000);

test.each(['before the claim', 'after the claim', 'restoring m_cccccccc', 'before the discard'])(
  'a death %s loses nothing: the next start recovers again [SV-9]',
  async (dieAt) => {
    await using place = await makePlace();
    const first = await place.run({ tickRateHz: 60, create: MATCH_IDS }).ready();
    await waitFor(() => MATCH_IDS.every((id) => (first.counts('released').get(id) ?? 0) > 3));
    await first.kill();
    for (let death = 0; death < 2; death += 1) await place.run({ dieAt }).died();
    const next = await place.run({}).ready();
    const adopted = next.counts('adopted');
    expect([...adopted.keys()].sort()).toEqual(MATCH_IDS);
    for (const [matchId, count] of first.counts('released')) expect(adopted.get(matchId)).toBeGreaterThanOrEqual(count);
  },
  60_000,
);

test('a match that kills its process three times is abandoned, and all others go on [SV-7]', async () => {
  await using place = await makePlace();
  const poison = 'm_bbbbbbbb';
  const first = await place.run({ create: MATCH_IDS }).ready();
  await first.kill();
  // A rate makes them step; the one that is poison takes the process along.
  await place.run({ tickRateHz: 60, dieAt: `stepping ${poison}` }).died();
  await place.run({ dieAt: `restoring ${poison}` }).died();
  await place.run({ tickRateHz: 60, dieAt: `stepping ${poison}` }).died();
  const next = await place.run({ tickRateHz: 60, dieAt: `stepping ${poison}` }).ready();
  expect(next.lines).toContain(`abandoned ${poison} crashed`);
  expect([...next.counts('adopted').keys()].sort()).toEqual(MATCH_IDS.filter((id) => id !== poison));
  await waitFor(() => next.counts('released').size === 3);
}, 60_000);
