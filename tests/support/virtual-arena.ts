import { Interpolator } from '../../client-sdk/interpolator.ts';
import { Predictor } from '../../client-sdk/predictor.ts';
import { ServerClock } from '../../client-sdk/server-clock.ts';
import { type SimulatedConditions, SimulatedNetwork } from '../../client-sdk/simulated-network.ts';
import { GYRE_TYPE, type GyreMessage } from '../../protocol/room-messages.ts';
import { VirtualTime } from './virtual-time.ts';
import { MatchCore } from '../../rooms/kit/match-core.ts';
import { MatchRandom } from '../../rooms/kit/random.ts';
import { type BotMind, BOT_THINKS_EVERY_STEPS, moveOfBot, NEW_BOT, thinkAsBot } from '../../rooms/arena/bot-rules.ts';
import { arena } from '../../rooms/arena/game.ts';
import { distance, isClear } from '../../rooms/arena/geometry-rules.ts';
import { MAPS, UNITS_PER_PIXEL } from '../../rooms/arena/map-rules.ts';
import { ArenaRoom } from '../../rooms/arena/room.ts';
import {
  aimAlong,
  type FighterView,
  type Move,
  type Mover,
  SHOT_EVERY_MS,
  STEP_MS,
  stepFighter,
} from '../../rooms/arena/rules.ts';

const MAP = MAPS.courtyard;

interface World {
  readonly fighters: Readonly<Record<string, FighterView>>;
}
interface Input {
  consumed: boolean;
}

/**
 * Lets three people play, as bots do but with a steady aim: the arena's room and the SDK's own parts, on a clock that no
 * machine slows down.
 */
export function playArena(forMs: number, conditions: SimulatedConditions): readonly VirtualPlayer[] {
  const time = new VirtualTime();
  const network = new SimulatedNetwork(conditions, time);
  const seats = [0, 1, 2].map((index) => ({
    index,
    playerId: `p_feel000${index}`,
    displayName: '',
    team: null,
    isBot: false,
  }));
  const settings = arena.settings.parse({ botFill: 0 });
  const init = { matchId: 'm_feel0001', settings, seats, seed: conditions.seed ?? 1 };
  const core = MatchCore.create(ArenaRoom, init, (error) => {
    throw error;
  });
  core.start();
  for (const { index } of seats) core.seatConnected(index, 0);
  core.step(0);
  const players = seats.map(({ index }) => new VirtualPlayer(index, { core, network, time }));
  time.every(STEP_MS, () => {
    const output = core.step(time.nowMs());
    if (output === null) return;
    const world = worldOf(core);
    for (const player of players) player.tell(world, core.timeMs, output.messages);
  });
  time.pass(forMs);
  return players;
}

function worldOf(core: MatchCore): World {
  return core.state.toJSON() as unknown as World;
}

/** A client, from its keys to its screen. */
export class VirtualPlayer {
  readonly predictor: Predictor<World, Move, Mover>;
  shots = 0;
  hits = 0;
  readonly #key: string;
  readonly #seen: Interpolator<World, FighterView>;
  readonly #clock: ServerClock;
  readonly #time: VirtualTime;
  readonly #up: (input: [name: string, payload: unknown]) => Input;
  readonly #down: (deliver: () => void) => void;
  readonly #random: MatchRandom;
  #inputs: Input[] = [];
  #world: World;
  #mind: BotMind = NEW_BOT;
  #steps = 0;
  #firedAtMs = 0;

  constructor(
    index: number,
    { core, network, time }: { core: MatchCore; network: SimulatedNetwork; time: VirtualTime },
  ) {
    const [up, down] = [network.lane(), network.lane()];
    this.#key = String(index);
    this.#time = time;
    this.#random = MatchRandom.seeded(index);
    this.#world = worldOf(core);
    this.#clock = new ServerClock(time);
    this.#down = (deliver) => down.pass(deliver);
    this.#up = ([name, payload]) => {
      const input = { consumed: false };
      const seq = this.#inputs.push(input);
      up.pass(() => core.receive(index, [seq, name, payload]));
      return input;
    };
    this.predictor = new Predictor<World, Move, Mover>({
      own: (world) => moverOf(world.fighters[this.#key]),
      step: (own, move) => stepFighter(own, move, MAP),
      // Going down and appearing anew are news, not errors.
      distance: (one, other) => ((one.hp === 0) === (other.hp === 0) ? distance(one, other) / UNITS_PER_PIXEL : 0),
      send: (move) => this.#up(['move', move]),
      state: () => this.#world,
      timing: time,
    });
    this.#seen = new Interpolator<World, FighterView>({
      of: ({ fighters }) => Object.entries(fighters).filter(([key]) => key !== this.#key),
      mix: (from, to, share) => (from.hp === 0 || to.hp === 0 ? to : between(from, to, share)),
      clock: this.#clock,
      timing: time,
    });
    this.#clock.welcomed(1);
    this.predictor.rebased(this.#world, true);
    // Nobody's clock beats with the room's.
    time.after(7 + 11 * index, () => time.every(STEP_MS, () => this.#step()));
  }

  /** What leaves the room with a step: the state, then what it says to this seat. */
  tell(
    world: World,
    timeMs: number,
    messages: readonly { seatIndex: number | null; type: string; payload: unknown }[],
  ): void {
    this.#down(() => {
      this.#world = world;
      this.#clock.sample(timeMs);
      this.#seen.patched(world, timeMs);
      this.predictor.patched(world);
    });
    for (const { seatIndex, type, payload } of messages) {
      if (seatIndex === null || String(seatIndex) === this.#key) this.#down(() => this.#hear(type, payload));
    }
  }

  #hear(type: string, payload: unknown): void {
    if (type === GYRE_TYPE) {
      const message = payload as GyreMessage;
      if (message.type !== 'ack') return;
      for (const input of this.#inputs.slice(0, message.seq)) input.consumed = true;
      this.predictor.acked(this.#world);
    } else if (type === 'shot') {
      const { by, hit } = payload as { by: string; hit: string | null };
      if (by !== this.#key) return;
      this.shots += 1;
      if (hit !== null) this.hits += 1;
    }
  }

  #step(): void {
    const { own } = this.predictor;
    if (own === null) return;
    const others = [...this.#seen.at().values()];
    const view = { self: { ...own, team: '' }, others, map: MAP };
    if (this.#steps % BOT_THINKS_EVERY_STEPS === 0) {
      this.#mind = thinkAsBot(view, this.#mind, () => this.#random.next());
    }
    this.#steps += 1;
    this.predictor.push(moveOfBot(this.#mind));
    this.#shootAtNearest(this.predictor.own ?? own, others);
  }

  #shootAtNearest(own: Mover, others: readonly FighterView[]): void {
    const seenMs = this.#seen.seenMs();
    if (own.hp === 0 || seenMs === null || this.#time.nowMs() < this.#firedAtMs + SHOT_EVERY_MS) return;
    const targets = others.filter((other) => other.hp > 0 && isClear(MAP.walls, own, other));
    const [target] = targets.toSorted((one, other) => distance(own, one) - distance(own, other));
    if (target === undefined) return;
    this.#firedAtMs = this.#time.nowMs();
    this.#up(['fire', { aim: aimAlong(target.x - own.x, target.y - own.y), seenMs }]);
  }
}

function moverOf(fighter: FighterView | undefined): Mover | null {
  return fighter === undefined ? null : { x: fighter.x, y: fighter.y, aim: fighter.aim, hp: fighter.hp };
}

function between(from: FighterView, to: FighterView, share: number): FighterView {
  return { ...to, x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}
