import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { defineGame, type Durability } from '../../rooms/kit/define-game.ts';
import { gameRoom } from '../../rooms/kit/index.ts';

const TickingState = schema(
  {
    steps: t.uint32().default(0),
    /** Who has made this step: a state that tells who let it out. */
    pid: t.uint32().default(0),
    /** By seat: the last number that it has said. */
    said: t.map('uint32'),
    /** Numbers that were said twice, or out of turn. */
    strays: t.uint32().default(0),
  },
  'TickingState',
);

/** A game that shows what faults do to it: it counts its steps, and whether what players said came once and in order. */
export const ticking = defineTicking('ticking', 'commit');
export const tickingLoosely = defineTicking('ticking-loosely', 'snapshot');

function defineTicking<Name extends string>(name: Name, durability: Durability) {
  return defineGame({
    name,
    title: 'Ticking',
    players: { min: 1, max: 8 },
    state: TickingState,
    messages: { say: z.object({ number: z.int() }) },
    tickRateHz: 20,
    lateJoin: true,
    startMode: 'instant',
    durability,
    reconnectGraceMs: 60_000,
  });
}

export class TickingRoom extends gameRoom(ticking) {
  override readonly messages = this.handle({
    say: (seat, { number }) => {
      const key = String(seat.index);
      if (number !== (this.state.said.get(key) ?? 0) + 1) this.state.strays += 1;
      this.state.said.set(key, number);
    },
  });

  override onStart(): void {
    this.state.pid = process.pid;
  }

  override onStep(): void {
    this.state.steps += 1;
    this.state.pid = process.pid;
  }
}

/** Nothing of it waits for a log. */
export class TickingLooselyRoom extends TickingRoom {
  static override readonly game = tickingLoosely as unknown as typeof ticking;
}
