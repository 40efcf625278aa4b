import { schema, t } from '@colyseus/schema';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineGame } from './define-game.ts';
import { gameRoom, refuse } from './index.ts';
import { MatchCore } from './match-core.ts';
import { testMatch } from './testing.ts';

/** A fuse that burns down, cards that nobody sees, and events: what a game of steps is made of. */
const game = defineGame({
  name: 'ticking',
  title: 'Ticking',
  players: { min: 2, max: 2 },
  state: schema(
    { fuseMs: t.uint32().default(0), cards: t.uint8().default(0), note: t.string().default('') },
    'TickingState',
  ),
  messages: { draw: z.undefined(), win: z.undefined(), lie: z.undefined(), alarm: z.object({ inMs: z.int() }) },
  events: { drawn: z.object({ cards: z.array(z.int()) }) },
  refusals: ['empty'],
  tickRateHz: 10,
  reconnectGraceMs: 1_000,
});
const DECK = [3, 1, 2];

class TickingRoom extends gameRoom(game) {
  readonly #deck = this.keep('deck', DECK);
  readonly #alarm = this.timer('alarm', () => (this.state.note += 'rang '));

  override readonly messages = this.handle({
    draw: (seat) => {
      const card = this.#deck.value.pop();
      if (card === undefined) return refuse('empty');
      this.state.cards = this.#deck.value.length;
      const drawn = { cards: [card] };
      seat.send('drawn', drawn);
      drawn.cards.push(99);
    },
    win: (seat) => this.finish({ placements: [[seat], this.seats.filter((other) => other !== seat)] }),
    lie: () => this.broadcast('drawn', { cards: ['ace'] as never }),
    alarm: (_seat, { inMs }) => void this.#alarm.start(inMs),
  });

  override onStart(): void {
    this.state.fuseMs = 20_000;
    this.state.cards = this.#deck.value.length;
  }
  override onStep(stepMs: number): void {
    this.state.fuseMs -= stepMs;
  }
  override onSeatLeft(seat: { index: number }): void {
    this.state.note += `left ${seat.index} `;
  }
}

const oddGame = defineGame({
  name: 'odd',
  title: 'Odd',
  players: { min: 1, max: 1 },
  state: schema({ steps: t.uint32().default(0) }, 'OddState'),
  messages: {},
  tickRateHz: 60,
});

class OddRoom extends gameRoom(oddGame) {
  override readonly messages = this.handle({});
  override onStart(): void {
    this.state.steps = 0;
  }
  override onStep(): void {
    this.state.steps += 1;
  }
}

test('what a room keeps is its own: another match begins with what the author wrote', async () => {
  await using first = await testMatch(TickingRoom);
  await first.request(0, 'draw');
  await using second = await testMatch(TickingRoom);
  expect([first.state.cards, second.state.cards, DECK]).toEqual([2, 3, [3, 1, 2]]);
});

test('time passes in steps alone: a crash takes none, what a player does takes one', async () => {
  await using match = await testMatch(TickingRoom);
  const { fuseMs } = match.state;
  await match.crash();
  expect(match.state.fuseMs).toBe(fuseMs);
  await match.request(0, 'draw');
  expect(match.state.fuseMs).toBe(fuseMs - 100);
  match.advance(1_000);
  expect(match.state.fuseMs).toBe(fuseMs - 1_100);
});

test('[RM-12] steps stay on their grid, in however small pieces time passes, and at rates that are no whole ms', async () => {
  await using match = await testMatch(TickingRoom);
  const { fuseMs } = match.state;
  for (let piece = 0; piece < 10; piece += 1) match.advance(99);
  expect([match.nowMs, match.state.fuseMs]).toEqual([990, fuseMs - 900]);
  await match.request(0, 'draw');
  expect([match.nowMs, match.state.fuseMs]).toEqual([1_000, fuseMs - 1_000]);
  await using odd = await testMatch(OddRoom);
  const { tick } = odd;
  for (let second = 0; second < 100; second += 1) odd.advance(1_000);
  expect(odd.tick - tick).toBe(6_000);
  for (let step = 0; step < 600; step += 1) odd.advance(1_000 / 60);
  expect(odd.tick - tick).toBe(6_600);
});

test('[SV-3] kept cards come back from a crash in their order', async () => {
  await using match = await testMatch(TickingRoom);
  await match.request(0, 'draw');
  await match.crash();
  await match.request(0, 'draw');
  expect(match.events.map(({ payload }) => payload)).toEqual([{ cards: [2] }, { cards: [1] }]);
});

test('an event is what it was when it was sent, and what the contract says', async () => {
  const match = await testMatch(TickingRoom);
  await match.request(0, 'draw');
  expect(match.events).toEqual([{ seatIndex: 0, type: 'drawn', payload: { cards: [2] } }]);
  expect(await match.request(0, 'lie')).toEqual({ ok: false, refused: 'internal' });
  expect(match.events).toHaveLength(1);
});

test('after the end no step is run', async () => {
  await using match = await testMatch(TickingRoom);
  const { fuseMs } = match.state;
  await match.request(0, 'win');
  expect([match.state.fuseMs, match.result?.placements[0]?.seatIndex]).toEqual([fuseMs, 0]);
});

test('timers and seats come due in the order of their times', async () => {
  await using match = await testMatch(TickingRoom);
  await match.request(0, 'alarm', { inMs: 1_050 });
  match.drop(1);
  match.advance(2_000);
  expect(match.state.note).toBe('rang left 1 ');
});

test('a seat that was given up before the start is told to the game', () => {
  const seats = [0, 1].map((index) => ({ index, playerId: `p_${index}`, displayName: '', team: null, isBot: false }));
  const core = MatchCore.create(TickingRoom, { matchId: 'm_ticking1', settings: {}, seed: 1, seats }, () => {});
  core.giveUpSeat(1);
  core.start();
  core.step(0);
  expect((core.state.toJSON() as { note: string }).note).toBe('left 1 ');
});
