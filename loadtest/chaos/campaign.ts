import { setTimeout as pause } from 'node:timers/promises';
import { Child } from '../bench/child.ts';
import { machineMs } from './clock.ts';
import { type Fault, isOfProcess } from './faults.ts';
import { inject } from './inject.ts';
import type { SelfEnd } from './member.ts';
import type { PlayersFacts, PlayersOptions, PlayersStatus } from './players/facts.ts';
import { ChaosSwarm, type SwarmFacts } from './swarm.ts';
import type { World } from './world.ts';

/** A fault as it was, on the machine's clock, its target the process that it hit. Plain data. */
export interface Injected extends Fault {
  readonly startMs: number;
  /** When all that it broke ran again. */
  healedMs: number;
  /** When all players played again; null: they didn't. */
  quietMs: number | null;
  /** Whether another fault was there at the same time. */
  readonly overlaps: boolean;
}

/** What a campaign has seen. Plain data. */
export interface CampaignFacts {
  readonly injected: readonly Injected[];
  readonly players: PlayersFacts;
  /** null: none played beside. */
  readonly swarm: SwarmFacts | null;
  /** Processes that ended by themselves. */
  readonly selfEnds: readonly SelfEnd[];
  /** What should not have been, in words. */
  readonly remarks: readonly string[];
  readonly startedMs: number;
  readonly endedMs: number;
}

export interface CampaignOptions {
  readonly schedule: readonly Fault[];
  readonly players: Omit<PlayersOptions, 'endpoint' | 'subject'>;
  /** Groups of the swarm that play beside. */
  readonly swarmGroups: number;
  /** Longer than all of it takes. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

const PLAYERS = '../chaos/players/main.ts';
/** After the last fault, everybody must play again within this time: what waits longest is a process given up after 5 s. */
const QUIET_LIMIT_MS = 45_000;
const QUIET_LOOK_MS = 100;
/** For so long nobody may be missing. */
const QUIET_FOR_MS = 500;
/** Between two faults, so that each begins in play as usual. */
const BREATH_MS = 500;

/** Has players play in a world that is broken again and again, and collects what they saw. */
export async function runCampaign(world: World, options: CampaignOptions): Promise<CampaignFacts> {
  const startedMs = machineMs();
  const { endpoint } = world.front;
  await using started = new AsyncDisposableStack();
  const players = await Child.start(PLAYERS, {
    options: { ...options.players, subject: world.subject, endpoint } satisfies PlayersOptions,
  });
  started.defer(() => players.stop());
  await players.ask('begin');
  const { swarmGroups: groups, limitMs } = options;
  const { seed } = options.players;
  const swarm = groups === 0 ? null : started.use(await ChaosSwarm.start({ endpoint, groups, seed, limitMs }));
  const campaign = new Campaign(world, players, options);
  await campaign.run();
  const swarmFacts = (await swarm?.finish()) ?? null;
  const facts = await players.ask<PlayersFacts>('finish');
  const { injected, remarks } = campaign;
  const selfEnds = world.members.flatMap((member) => member.selfEnds);
  return { injected, players: facts, swarm: swarmFacts, selfEnds, remarks, startedMs, endedMs: machineMs() };
}

class Campaign {
  readonly injected: Injected[] = [];
  readonly remarks: string[] = [];
  readonly #world: World;
  readonly #players: Child;
  readonly #options: CampaignOptions;

  constructor(world: World, players: Child, options: CampaignOptions) {
    this.#world = world;
    this.#players = players;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { schedule, signal } = this.#options;
    await this.#untilQuiet([]);
    for (let at = 0; at < schedule.length;) {
      signal.throwIfAborted();
      const together = togetherFrom(schedule, at);
      await this.#breakAll(together);
      at += together.length;
    }
  }

  /** Faults that overlap, begun one after the other; then waits until everybody plays again. */
  async #breakAll(faults: readonly Fault[]): Promise<void> {
    const aims = await this.#aim(faults);
    const running: Promise<Injected>[] = [];
    for (const fault of aims) {
      running.push(this.#break(fault, faults.length > 1));
      if (fault.nextAfterMs !== null) await pause(fault.nextAfterMs);
    }
    await this.#untilQuiet(await Promise.all(running));
    await pause(BREATH_MS);
  }

  /** Chooses the processes to hit: each fault another one. */
  async #aim(faults: readonly Fault[]): Promise<readonly Fault[]> {
    const { members } = this.#world;
    const { ownerPids } = await this.#players.ask<PlayersStatus>('status');
    const taken = new Set<number>();
    return faults.map((fault) => {
      if (!isOfProcess(fault.kind)) return fault;
      const free = members.filter(({ index }) => !taken.has(index));
      const owners = free.filter(({ pid }) => pid !== null && ownerPids.includes(pid));
      const able = fault.hitsOwner && owners.length > 0 ? owners : free;
      const target = able[fault.target % able.length]?.index ?? fault.target;
      taken.add(target);
      return { ...fault, target };
    });
  }

  async #break(fault: Fault, overlaps: boolean): Promise<Injected> {
    const { index, kind, target, holdMs } = fault;
    const where = isOfProcess(kind) ? ` on process ${target}` : '';
    this.#options.onProgress(`${index + 1}. ${kind}${where}, ${holdMs} ms${overlaps ? ', with another' : ''}`);
    const injected: Injected = { ...fault, startMs: machineMs(), healedMs: 0, quietMs: null, overlaps };
    this.injected.push(injected);
    try {
      await inject(fault, this.#world);
    } catch (error) {
      this.remarks.push(`fault ${index + 1} (${kind}): ${String(error)}`);
    }
    injected.healedMs = machineMs();
    return injected;
  }

  async #untilQuiet(after: readonly Injected[]): Promise<void> {
    const deadlineMs = machineMs() + QUIET_LIMIT_MS;
    let quietSinceMs: number | null = null;
    for (;;) {
      const { waiting } = await this.#players.ask<PlayersStatus>('status');
      const nowMs = machineMs();
      quietSinceMs = waiting.length > 0 ? null : (quietSinceMs ?? nowMs);
      if (quietSinceMs !== null && nowMs - quietSinceMs >= QUIET_FOR_MS) {
        for (const fault of after) fault.quietMs = quietSinceMs;
        return;
      }
      if (nowMs > deadlineMs) {
        const which = after.map(({ index, kind }) => `${index + 1} (${kind})`).join(', ') || 'the beginning';
        this.remarks.push(
          `after ${which}, ${waiting.length} players were not back in ${QUIET_LIMIT_MS} ms: ${waiting.join(', ')}`,
        );
        return;
      }
      this.#options.signal.throwIfAborted();
      await pause(QUIET_LOOK_MS);
    }
  }
}

function togetherFrom(schedule: readonly Fault[], at: number): readonly Fault[] {
  let end = at;
  while (schedule[end]?.nextAfterMs !== null && end + 1 < schedule.length) end += 1;
  return schedule.slice(at, end + 1);
}
