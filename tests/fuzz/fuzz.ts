import { GyreProcess } from '../support/gyre-process.ts';
import { Random } from '../support/state-fuzz/random.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Act } from './act.ts';
import { BadActor } from './bad-actor.ts';
import { HandshakeRefused } from './bare-web-socket.ts';
import type { Held } from './held.ts';
import { endTally, playFour, type Stop } from './honest-players.ts';
import { HTTP_ACTS } from './http-acts.ts';
import { SEAT_ACTS } from './seat-acts.ts';
import { SLOW_ACTS } from './slow-acts.ts';
import { SOCKET_ACTS } from './socket-acts.ts';
import { openWorld, type World } from './world.ts';

const QUICK_ACTS: readonly Act[] = [...HTTP_ACTS, ...SOCKET_ACTS, ...SEAT_ACTS];
const AT_A_TIME = 6;
/** Connections that the honest players' own HTTP client keeps open for its next call. */
const HONEST_SOCKETS = 10;
/** One match after the other: its end and its result are checked too. */
const ROUND_MS = 10_000;
/** What caches, compiled code and the pool of the database may come to besides. */
const HEAP_SLACK_BYTES = 24 * 1024 * 1024;
/** In fewer seconds than this there is no time for clients whom the server itself gives half a minute. */
const ALL_SLOW_ACTS_MS = 60_000;

/** Of a process that has ended. */
const NOTHING: Held = { heapBytes: 0, outsideBytes: 0, residentBytes: 0, sockets: 0, timers: 0, longestPauseMs: 0 };

export interface FuzzOptions {
  readonly seed: number;
  readonly seconds: number;
  /** Its own database, where there is none for tests. */
  readonly embedded?: boolean;
  /** Only this one, again and again. */
  readonly only?: string;
  /** Told of how it goes, about once a second. */
  readonly onLine?: (line: string) => void;
}

export interface FuzzReport {
  /** What must not have happened, in words; empty if all is well. */
  readonly findings: readonly string[];
  /** How often each act came to what. */
  readonly outcomes: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly acts: number;
  readonly honestMoves: number;
  readonly rounds: number;
  readonly before: Held;
  readonly after: Held;
}

/** Bad actors on a real Gyre, in a process of its own, while honest players play; and whether anybody noticed. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  await using gyre = await GyreProcess.start({
    entry: 'tests/fuzz/fuzzed-process.ts',
    answers: true,
    embedded: options.embedded ?? false,
    env: { GYRE_RATE_LIMITS: 'on', GYRE_TRUSTED_PROXIES: '1', GYRE_LOG_LEVEL: 'debug' },
  });
  return await new Fuzz(gyre, options).run();
}

class Fuzz {
  readonly #gyre: GyreProcess;
  readonly #options: FuzzOptions;
  readonly #findings: string[] = [];
  readonly #outcomes = new Map<string, Map<string, number>>();
  /** Actors in the middle of an act. */
  readonly #busy = new Set<BadActor>();
  /** What no log may show. */
  readonly #secrets: string[] = [];
  #acts = 0;
  #honestMoves = 0;
  #rounds = 0;

  constructor(gyre: GyreProcess, options: FuzzOptions) {
    this.#gyre = gyre;
    this.#options = options;
  }

  async run(): Promise<FuzzReport> {
    const { seconds } = this.#options;
    // Once round, so that what is only loaded and cached is there.
    await this.#round(Math.min(ROUND_MS, seconds * 250));
    const before = await this.#settled();
    const endMs = performance.now() + seconds * 1_000;
    const live = setInterval(() => this.#tell(endMs), 1_000);
    const slow = this.#slowActs();
    while (performance.now() < endMs && this.#findings.length < 10) {
      await this.#round(Math.min(ROUND_MS, endMs - performance.now()));
    }
    await slow;
    clearInterval(live);
    const after = await this.#settled();
    this.#judge(before, after);
    const counts = { acts: this.#acts, honestMoves: this.#honestMoves, rounds: this.#rounds };
    return { findings: this.#findings, outcomes: this.#outcomes, ...counts, before, after };
  }

  /** A match of tally with saboteurs, matches of connect four beside it, and strangers at the door. */
  async #round(forMs: number): Promise<void> {
    const stop: Stop = { isOver: false };
    try {
      const world = await openWorld(this.#gyre, this.#options.seed + this.#rounds * 1_000);
      const timer = setTimeout(() => (stop.isOver = true), forMs);
      const honest = [
        playFour(this.#gyre, stop),
        ...world.honest.map(async (each) => (await each.play(stop), each.moves)),
      ];
      const bad = Array.from({ length: AT_A_TIME }, () => this.#misbehave(world, stop));
      const moves = await Promise.all(honest).finally(() => {
        stop.isOver = true;
        clearTimeout(timer);
      });
      await Promise.all(bad);
      for (const { seat } of world.honest) this.#secrets.push(seat.sessionId, seat.room.reconnectionToken);
      await endTally(world.honest, world.matchId);
      for (const saboteur of world.saboteurs) saboteur.leave();
      this.#honestMoves += moves.reduce((sum, each) => sum + each, 0);
      this.#rounds += 1;
    } catch (error) {
      stop.isOver = true;
      this.#find('the honest players', error);
    }
  }

  async #misbehave(world: World, stop: Stop): Promise<void> {
    const acts = this.#quickActs();
    while (!stop.isOver && acts.length > 0) {
      const random = this.#randomOf(this.#acts);
      const act = random.pick(acts);
      const free = world.saboteurs.filter((actor) => !this.#busy.has(actor));
      const seated = act.needsSeat ? random.pick(free) : undefined;
      if (act.needsSeat && seated === undefined) {
        await new Promise((resolve) => setImmediate(resolve));
        continue;
      }
      await this.#do(act, seated ?? new BadActor({ port: this.#gyre.port, ...world }, random));
    }
  }

  async #do(act: Act, actor: BadActor): Promise<void> {
    this.#acts += 1;
    this.#busy.add(actor);
    try {
      this.#count(act.name, await act.run(actor));
    } catch (error) {
      if (error instanceof HandshakeRefused && error.status >= 400 && error.status < 500) {
        this.#count(act.name, `${error.status}`);
      } else {
        this.#find(act.name, error);
      }
    } finally {
      actor.leave();
      this.#busy.delete(actor);
    }
  }

  async #slowActs(): Promise<void> {
    const { seconds, only } = this.#options;
    const acts = SLOW_ACTS.filter(({ name }) => only === undefined || name === only);
    const timely = acts.filter(({ name }) => seconds * 1_000 >= ALL_SLOW_ACTS_MS || name !== 'a slow body');
    const target = { port: this.#gyre.port, lobbyId: 'l_0123456789', matchId: 'm_0123456789' };
    const each = timely.flatMap((act) => [act, act, act]);
    await Promise.all(each.map((act, index) => this.#do(act, new BadActor(target, this.#randomOf(-1 - index)))));
  }

  /** Once everyone has gone. The hub keeps rights for a minute, and tells members' absence after seconds. */
  async #settled(): Promise<Held> {
    const look = async (): Promise<Held | null> => {
      const held = await this.#gyre.ask<Held>('what do you hold?');
      return held.sockets <= HONEST_SOCKETS ? held : null;
    };
    try {
      return await waitFor(look, { timeoutMs: 15_000, everyMs: 250, what: 'the last socket to close' });
    } catch (error) {
      this.#find('sockets are left', error);
      return this.#gyre.isAlive ? await this.#gyre.ask<Held>('what do you hold?') : NOTHING;
    }
  }

  #judge(before: Held, after: Held): void {
    if (!this.#gyre.isAlive) this.#findings.push(`the process has ended:\n${this.#gyre.output.slice(-5_000)}`);
    const grown = after.heapBytes + after.outsideBytes - before.heapBytes - before.outsideBytes;
    if (grown > HEAP_SLACK_BYTES) this.#findings.push(`${grown} bytes of memory did not come back`);
    if (after.timers > before.timers + 5)
      this.#findings.push(`${after.timers} timers, before it were ${before.timers}`);
    const { output } = this.#gyre;
    const errors = output.split('\n').filter((line) => /"level":"(error|fatal)"/.test(line));
    // On a machine that is busy with other things, a disk may take its time.
    const complaints = errors.filter((line) => !line.includes('an append has stalled'));
    for (const line of new Set(complaints)) this.#findings.push(`the log complains: ${line.slice(0, 1_000)}`);
    if (this.#secrets.some((secret) => output.includes(secret))) this.#findings.push('the log shows a right to a seat');
  }

  #quickActs(): readonly Act[] {
    const { only } = this.#options;
    return only === undefined ? QUICK_ACTS : QUICK_ACTS.filter(({ name }) => name === only);
  }

  #randomOf(act: number): Random {
    return new Random(Math.imul(this.#options.seed, 2_654_435_761) + Math.imul(act, 40_503));
  }

  #count(act: string, outcome: string): void {
    const counts = this.#outcomes.get(act) ?? new Map<string, number>();
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    this.#outcomes.set(act, counts);
  }

  #find(what: string, error: unknown): void {
    const message =
      error instanceof Error
        ? `${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`
        : String(error);
    this.#findings.push(`${what} (act ${this.#acts}): ${message}`);
  }

  #tell(endMs: number): void {
    const leftSeconds = Math.max(0, Math.round((endMs - performance.now()) / 1_000));
    const { length } = this.#findings;
    this.#options.onLine?.(`${leftSeconds} s left, ${this.#acts} acts, ${this.#rounds} rounds, ${length} findings`);
  }
}
