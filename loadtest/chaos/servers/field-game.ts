import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { defineGame } from '../../../rooms/kit/define-game.ts';
import { TICK_RATE_HZ } from '../beacon-rules.ts';

/** What a seat has said, so that a lost, doubled or reordered input shows. */
export const Tally = schema(
  {
    count: t.uint32().default(0),
    sum: t.float64().default(0),
    last: t.uint32().default(0),
    /** Inputs whose number was not above the one before. */
    repeats: t.uint32().default(0),
  },
  'Tally',
);

export const Beacon = schema({ litAtTick: t.uint32().default(0) }, 'Beacon');

export const FieldState = schema(
  {
    tick: t.uint32().default(0),
    /** How many lives the room has had: each begins in a process that has taken it over. */
    life: t.uint32().default(0),
    /** Who made this tick: one room object of one process. */
    owner: t.string().default(''),
    /** By seat index. */
    tallies: t.array(Tally),
    /** By number. */
    beacons: t.map(Beacon),
  },
  'FieldState',
);
export type Field = InstanceType<typeof FieldState>;

/** A room that shows all that a fault could do to it: its state says who made it, and what it should be. */
export const field = defineGame({
  name: 'field',
  title: 'Field',
  players: { min: 1, max: 8 },
  state: FieldState,
  messages: {
    /** Numbered from 1 by each seat. */
    say: z.object({ number: z.int().min(1) }),
    end: z.undefined(),
  },
  events: { beat: z.object({ tick: z.int() }) },
  tickRateHz: TICK_RATE_HZ,
  reconnectGraceMs: 120_000,
});
