import { CloseCode } from '../../protocol/close-codes.ts';
import type { Match } from '../../protocol/matches.ts';
import { GYRE_TYPE } from '../../protocol/room-messages.ts';
import { boardOf, playConnectFour, type Seated } from '../cluster/stock-players.ts';
import type { GyreProcess } from '../support/gyre-process.ts';
import type { Random } from '../support/state-fuzz/random.ts';
import { waitFor } from '../support/wait-for.ts';
import { Finding } from './outcome.ts';
import { MAX_ADDED } from './tally-game.ts';

/** A player's own pace, well within what a room takes from one. */
const MOVE_EVERY_MS = 40;

/** The end of the time that is played for. */
export interface Stop {
  isOver: boolean;
}

function expectSame(what: string, actual: unknown, expected: unknown): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Finding(`${what}: ${is} instead of ${should}`);
}

async function breath(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, MOVE_EVERY_MS));
}

/** Told of the result once, closed as finished, and never dropped before. */
async function expectOrderlyEnd(seat: Seated): Promise<void> {
  await waitFor(() => seat.events.length > 0, { what: 'the end of the match' });
  expectSame('what happened to an honest socket', seat.events, [`leave ${CloseCode.finished}`]);
  expectSame('results told', seat.messages.filter(({ type }) => type === 'result').length, 1);
}

async function expectRecorded({ player }: Seated, matchId: string, winner: string): Promise<void> {
  const match = await player.call<Match>(`GET /matches/${matchId}`);
  expectSame('the recorded match', [match.state, match.result?.placements[0]?.playerId], ['finished', winner]);
}

/** Two players who play connect four to its end, again and again. @returns how many moves they made */
export async function playFour(gyre: GyreProcess, stop: Stop): Promise<number> {
  let moves = 0;
  while (!stop.isOver) {
    const { seats, matchId } = await playConnectFour(gyre);
    const [one, two] = seats as [Seated, Seated];
    const first = boardOf(one).turn === 0 ? one : two;
    // Who begins fills the first column, the other one the second.
    for (let move = 0; move < 7; move += 1) {
      const mover = move % 2 === 0 ? first : first === one ? two : one;
      await waitFor(() => boardOf(mover).turn === mover.seatIndex, { what: 'the turn' });
      expectSame('a drop', await mover.room.request('drop', { column: move % 2 }), { ok: true });
      moves += 1;
      await breath();
    }
    for (const seat of seats) await expectOrderlyEnd(seat);
    await expectRecorded(one, matchId, first.player.id);
  }
  return moves;
}

/** A player of tally, who knows what it must come to. */
export class Tallier {
  readonly seat: Seated;
  readonly #random: Random;
  /** What was said to have counted. */
  sum = 0;
  moves = 0;
  #seq = 0;

  constructor(seat: Seated, random: Random) {
    this.seat = seat;
    this.#random = random;
  }

  async play(stop: Stop): Promise<void> {
    while (!stop.isOver) {
      // Also what MessagePack would take for a record, if anybody had defined one.
      const by = this.#random.int(1, MAX_ADDED * 1.5);
      const refused = by > MAX_ADDED ? 'too-much' : null;
      if (this.#random.chance(0.5)) await this.#request(by, refused);
      else await this.#input(by, refused);
      if (refused === null) this.sum += by;
      this.moves += 1;
      await breath();
    }
  }

  async #request(by: number, refused: string | null): Promise<void> {
    const answer = await this.seat.room.request('add', { by });
    expectSame('an answer', answer, refused === null ? { ok: true } : { ok: false, refused });
  }

  async #input(by: number, refused: string | null): Promise<void> {
    const seq = (this.#seq += 1);
    const repliesTo = () => this.seat.messages.filter((message) => message.type === 'reply' && message.seq === seq);
    this.seat.room.send(GYRE_TYPE, [seq, 'add', { by }, true]);
    await waitFor(() => repliesTo().length > 0, { what: `a reply to input ${seq}` });
    // As after a reconnect: it is answered again, and counts no more.
    const isRepeated = this.#random.chance(0.2);
    if (isRepeated) this.seat.room.send(GYRE_TYPE, [seq, 'add', { by }, true]);
    await waitFor(() => repliesTo().length === (isRepeated ? 2 : 1), { what: `all replies to input ${seq}` });
    for (const reply of repliesTo()) {
      expectSame('a reply', reply, { type: 'reply', seq, ok: refused === null, refused });
    }
  }

  /** Everything that it did is in the state that it sees, once. */
  async expectSum(): Promise<void> {
    const state = this.seat.room.state as unknown as { sums: Iterable<number> };
    const seen = (): number | undefined => [...state.sums][this.seat.seatIndex];
    await waitFor(() => seen() === this.sum, { what: `the sum ${this.sum} (it is ${seen()})` });
  }
}

/** The two honest players of a tally match, ends it and sees to the result. */
export async function endTally(talliers: readonly Tallier[], matchId: string): Promise<void> {
  for (const tallier of talliers) await tallier.expectSum();
  const [winner] = talliers;
  if (winner === undefined) throw new Error('nobody plays');
  winner.seat.room.send('end');
  for (const { seat } of talliers) await expectOrderlyEnd(seat);
  await expectRecorded(winner.seat, matchId, winner.seat.player.id);
}
