import { gameRoom, type Kept, refuse, type Seat } from '../kit/index.ts';
import { NOTHING_TO_REWIND, Rewind } from '../kit/rewind.ts';
import { BOT_THINKS_EVERY_STEPS, type BotMind, botToLeave, moveOfBot, NEW_BOT, thinkAsBot } from './bot-rules.ts';
import { arena, Fighter } from './game.ts';
import { type ArenaMap, mapNamed } from './map-rules.ts';
import {
  areEnemies,
  chooseSpawn,
  FULL_HP,
  type Move,
  MOVE,
  payTime,
  type Price,
  rank,
  RESPAWN_MS,
  shoot,
  SHOT,
  SHOT_DAMAGE,
  smallestTeam,
  STEP_MS,
  stepFighter,
  type Target,
} from './rules.ts';

type Player = Seat<typeof arena>;
type FighterState = (typeof Fighter)['~type'];

/** What the result says of a fighter. */
interface Tally {
  readonly kills: number;
  readonly deaths: number;
  readonly team: string;
  readonly bot: boolean;
}
/** What moves or shots are paid with, by the fighter's key; see `payTime`. */
type Accounts = Kept<Record<string, number>>;

/**
 * One round among walls. People come and go as they like; bots fill up what is missing.
 *
 * A fighter moves by its player's `move`s alone, each of which is one step, so that a client can run ahead by the same
 * rules. Whoever is away stands still, can be shot down once, and appears again only when back: nobody is farmed.
 */
export class ArenaRoom extends gameRoom(arena) {
  readonly #round = this.timer('round', () => this.#endRound());
  readonly #botsDue = this.timer('bots', () => this.#addBots());
  readonly #rewind = new Rewind(this.keep('rewind', NOTHING_TO_REWIND), STEP_MS);
  readonly #moves: Accounts = this.keep('moves', {});
  readonly #shots: Accounts = this.keep('shots', {});
  /** By the bot's key. */
  readonly #minds = this.keep<Record<string, BotMind>>('minds', {});
  /** Of those who have left, by the seat's index. */
  readonly #departed = this.keep<Record<string, Tally>>('departed', {});

  override readonly messages = this.handle({
    move: (seat, move) => {
      const key = keyOf(seat);
      const fighter = this.#fighter(key);
      if (fighter.hp === 0) return refuse('down');
      if (!this.#pay(this.#moves, key, MOVE)) return refuse('too-soon');
      return this.#walk(fighter, move);
    },
    fire: (seat, { aim, seenMs }) => {
      const key = keyOf(seat);
      if (this.#fighter(key).hp === 0) return refuse('down');
      if (!this.#pay(this.#shots, key, SHOT)) return refuse('too-soon');
      return this.#fire(key, aim, seenMs);
    },
  });

  override onStart(): void {
    this.state.map = this.settings.map;
    this.state.roundEndsAtMs = this.#round.start(this.settings.roundMs);
    for (const seat of this.seats) this.#enter(keyOf(seat), { team: seat.team, bot: false });
    this.#balanceBots();
  }

  override onStep(): void {
    for (const [key, fighter] of this.state.fighters) if (this.#isToAppear(key, fighter)) this.#appear(key, fighter);
    const isWatched = this.seats.some((seat) => seat.connected);
    if (isWatched) this.#moveBots();
    this.#rewind.record(this.nowMs, this.state.fighters);
    if (this.#rewind.isStill && !(isWatched && this.#movesByItself())) this.sleep();
  }

  override onSeatAdded(seat: Player): void {
    this.#enter(keyOf(seat), { team: seat.team, bot: false });
    this.#balanceBots();
  }

  override onSeatLeft(seat: Player): void {
    this.#departed.value[seat.index] = tallyOf(this.#fighter(keyOf(seat)));
    this.#remove(keyOf(seat));
    this.#balanceBots();
  }

  get #map(): ArenaMap {
    return mapNamed(this.state.map);
  }

  #fighter(key: string): FighterState {
    const fighter = this.state.fighters.get(key);
    if (fighter === undefined) throw new Error(`There is no fighter "${key}".`);
    return fighter;
  }

  /** @param team as its player wishes; null: where the fewest are */
  #enter(key: string, { team, bot }: { readonly team: string | null; readonly bot: boolean }): void {
    const fighter = new Fighter();
    fighter.bot = bot;
    if (this.settings.mode === 'teams') fighter.team = team ?? smallestTeam([...this.state.fighters.values()]);
    this.state.fighters.set(key, fighter);
    this.#moves.value[key] = this.nowMs - MOVE.bankMs;
    this.#shots.value[key] = this.nowMs - SHOT.bankMs;
    this.#appear(key, fighter);
  }

  #remove(key: string): void {
    this.state.fighters.delete(key);
    delete this.#moves.value[key];
    delete this.#shots.value[key];
    delete this.#minds.value[key];
  }

  #appear(key: string, fighter: FighterState): void {
    const others = [...this.state.fighters.values()].filter((other) => other !== fighter && other.hp > 0);
    const { x, y } = chooseSpawn(this.#map, fighter, { others, chance: this.random() });
    fighter.x = x;
    fighter.y = y;
    fighter.hp = FULL_HP;
    fighter.respawnsAtMs = 0;
    this.#rewind.forget(key);
  }

  #isToAppear(key: string, { hp, respawnsAtMs }: FighterState): boolean {
    return hp === 0 && respawnsAtMs <= this.nowMs && this.#isThere(key);
  }

  /** Bots always are. */
  #isThere(key: string): boolean {
    return this.seats[Number(key)]?.connected ?? true;
  }

  #walk(fighter: FighterState, move: Move): void {
    const { x, y, aim } = stepFighter(fighter, move, this.#map);
    fighter.x = x;
    fighter.y = y;
    fighter.aim = aim;
  }

  /** @param seenMs the match time at which the shooter saw the others */
  #fire(key: string, aim: number, seenMs: number): void {
    const { x, y } = this.#fighter(key);
    const { to, hit } = shoot(this.#map, { x, y, aim }, this.#targetsOf(key, seenMs));
    this.broadcast('shot', { by: key, x, y, toX: to.x, toY: to.y, hit });
    if (hit !== null) this.#hurt(hit, key);
  }

  *#targetsOf(shooter: string, seenMs: number): Iterable<Target> {
    for (const [key, fighter] of this.state.fighters) {
      if (key === shooter || fighter.hp === 0 || !areEnemies(fighter, this.#fighter(shooter))) continue;
      const place = this.#rewind.at(key, seenMs);
      if (place !== null) yield { key, x: place.x, y: place.y };
    }
  }

  #hurt(key: string, by: string): void {
    const fighter = this.#fighter(key);
    fighter.hp = Math.max(0, fighter.hp - SHOT_DAMAGE);
    this.broadcast('hit', { by, of: key, hp: fighter.hp });
    if (fighter.hp > 0) return;
    fighter.deaths += 1;
    fighter.respawnsAtMs = this.nowMs + RESPAWN_MS;
    this.#score(this.#fighter(by));
    this.broadcast('down', { by, of: key });
  }

  #score(fighter: FighterState): void {
    fighter.score += 1;
    const { teamScores } = this.state;
    if (fighter.team !== '') teamScores.set(fighter.team, (teamScores.get(fighter.team) ?? 0) + 1);
  }

  /** Whether there is time enough for it. */
  #pay({ value: accounts }: Accounts, key: string, price: Price): boolean {
    const paidMs = payTime(accounts[key] ?? 0, price, this.nowMs);
    if (paidMs === null) return false;
    accounts[key] = paidMs;
    return true;
  }

  /** Fills up with bots after a while, and sends one away at once where a person has come. */
  #balanceBots(): void {
    const { fighters } = this.state;
    const { botFill, botAfterMs } = this.settings;
    const leaving = fighters.size > botFill ? botToLeave(fighters) : null;
    if (leaving !== null) this.#remove(leaving);
    if (fighters.size >= botFill) this.#botsDue.stop();
    else if (this.#botsDue.dueMs === null) this.#botsDue.start(botAfterMs);
  }

  #addBots(): void {
    for (let number = 0; this.state.fighters.size < this.settings.botFill; number += 1) {
      const key = `b${number}`;
      if (this.state.fighters.has(key)) continue;
      this.#enter(key, { team: null, bot: true });
      this.#minds.value[key] = { ...NEW_BOT };
    }
  }

  #moveBots(): void {
    const step = Math.round(this.nowMs / STEP_MS);
    for (const [index, [key, before]] of Object.entries(this.#minds.value).entries()) {
      const thinks = (step + index) % BOT_THINKS_EVERY_STEPS === 0;
      const mind = thinks ? this.#think(key, before) : before;
      this.#walk(this.#fighter(key), moveOfBot(mind));
    }
  }

  #think(key: string, before: BotMind): BotMind {
    const view = { self: this.#fighter(key), others: this.state.fighters.values(), map: this.#map };
    const mind = thinkAsBot(view, before, () => this.random());
    this.#minds.value[key] = mind;
    if (mind.fires && this.#pay(this.#shots, key, SHOT)) this.#fire(key, mind.aim, this.nowMs);
    return mind;
  }

  /** Whether something will happen without anybody doing anything. */
  #movesByItself(): boolean {
    const fighters = [...this.state.fighters];
    return fighters.some(([key, { hp, bot }]) => bot || (hp === 0 && this.#isThere(key)));
  }

  #endRound(): void {
    const present = [...this.state.fighters].map(([key, fighter]) => [key, tallyOf(fighter)] as const);
    const tallies: Record<string, Tally> = { ...this.#departed.value, ...Object.fromEntries(present) };
    const { teamScores } = this.state;
    const killsOf = (seat: Player) => tallies[keyOf(seat)]?.kills ?? 0;
    const teamScoreOf = (seat: Player) => teamScores.get(tallies[keyOf(seat)]?.team ?? '') ?? 0;
    this.finish({
      placements: rank(this.seats, this.settings.mode === 'teams' ? teamScoreOf : killsOf),
      scores: Object.fromEntries(this.seats.map((seat) => [seat.index, killsOf(seat)])),
      data: { fighters: tallies, teamScores: Object.fromEntries(teamScores) },
    });
  }
}

function keyOf(seat: Player): string {
  return String(seat.index);
}

function tallyOf({ score, deaths, team, bot }: FighterState): Tally {
  return { kills: score, deaths, team, bot };
}
