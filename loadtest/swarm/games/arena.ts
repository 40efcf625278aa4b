import type { Match, PayloadOf, Prediction } from '../../../client-sdk/index.ts';
import {
  BOT_THINKS_EVERY_STEPS,
  type BotMind,
  moveOfBot,
  NEW_BOT,
  thinkAsBot,
} from '../../../rooms/arena/bot-rules.ts';
import { mapNamed } from '../../../rooms/arena/map-rules.ts';
import { type Mover, STEP_MS, stepFighter, TICK_RATE_HZ } from '../../../rooms/arena/rules.ts';
import type { Games } from '../../../rooms/games.ts';
import { openLoop } from '../../open-loop.ts';
import type { PlayOptions, PredictionFacts, SeatPlay, SwarmGame } from '../game.ts';

type Arena = Games['arena'];
type Own = { readonly [Field in keyof Mover]: number };

const PLAYERS = 8;
/** About what a person sees of the others: two steps and half a round trip ago. */
const SEEN_AGO_MS = 2 * STEP_MS;
const ROUND_MS = 15_000;

/** Eight people who run and shoot like the room's own bots, a move a step; no bots. */
export const arena: SwarmGame<'arena'> = {
  name: 'arena',
  players: PLAYERS,
  tickRateHz: TICK_RATE_HZ,
  lobby: ({ roundMs }) => ({ settings: { roundMs: roundMs ?? ROUND_MS, botFill: 0 } }),
  matchLimitMs: ({ roundMs }) => (roundMs ?? ROUND_MS) + 60_000,
  play: (match, options) => new Fighting(match, options),
  audit: (plays) => {
    for (const play of plays) {
      if (!(play instanceof Fighting)) continue;
      const { scores, deaths } = play.tally();
      if (scores !== deaths) return `${scores} were shot down, and ${deaths} went down`;
    }
    return null;
  },
};

class Fighting implements SeatPlay {
  readonly #match: Match<Arena>;
  readonly #options: PlayOptions;
  readonly #over = new AbortController();
  readonly #prediction: Prediction<PayloadOf<Arena, 'move'>, Own> | null;
  #mind: BotMind = NEW_BOT;

  constructor(match: Match<Arena>, options: PlayOptions) {
    this.#match = match;
    this.#options = options;
    this.#prediction = options.predict ? predictOwn(match) : null;
    void this.#run();
  }

  get prediction(): PredictionFacts | null {
    return this.#prediction?.stats ?? null;
  }

  stop(): void {
    this.#over.abort();
    this.#prediction?.stop();
  }

  tally(): { scores: number; deaths: number } {
    const fighters = [...this.#match.state.fighters.values()];
    return {
      scores: fighters.reduce((sum, { score }) => sum + score, 0),
      deaths: fighters.reduce((sum, { deaths }) => sum + deaths, 0),
    };
  }

  async #run(): Promise<void> {
    const { random } = this.#options;
    // People's clocks don't beat together.
    const phase = Math.floor(random() * BOT_THINKS_EVERY_STEPS);
    await new Promise((resolve) => setTimeout(resolve, random() * STEP_MS));
    await openLoop({ everyMs: STEP_MS, signal: this.#over.signal }, (tick) => {
      if (this.#match.view.connection === 'connected') this.#step((tick + phase) % BOT_THINKS_EVERY_STEPS === 0);
    });
  }

  #step(thinks: boolean): void {
    const { fighters, map } = this.#match.state;
    const self = fighters.get(String(this.#match.view.seatIndex));
    if (self === undefined || self.hp === 0) return;
    if (thinks) {
      const { random } = this.#options;
      this.#mind = thinkAsBot({ self, others: fighters.values(), map: mapNamed(map) }, this.#mind, random);
      if (this.#mind.fires) this.#fire();
    }
    const move = moveOfBot(this.#mind);
    if (this.#prediction) this.#prediction.push(move);
    else this.#match.send('move', move);
  }

  #fire(): void {
    const seenMs = (this.#match.nowMs() ?? 0) - SEEN_AGO_MS;
    // Whether it was in time and up to shoot, the room says; that the match ended first is no news either.
    this.#match.request('fire', { aim: this.#mind.aim, seenMs }).catch(() => undefined);
  }
}

function predictOwn(match: Match<Arena>): Prediction<PayloadOf<Arena, 'move'>, Own> {
  return match.predict({
    input: 'move',
    own: ({ fighters }, seatIndex): Own | null => {
      const fighter = fighters.get(String(seatIndex));
      return fighter ? { x: fighter.x, y: fighter.y, aim: fighter.aim, hp: fighter.hp } : null;
    },
    step: (own, move, { map }) => ({ ...stepFighter(own, move, mapNamed(map)) }),
  });
}
