import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { defineGame } from '../kit/define-game.ts';
import { COLUMNS } from './rules.ts';

export const ConnectFourState = schema(
  {
    /** Row-major from the top, 0 empty, otherwise seat index + 1. */
    cells: t.array('uint8'),
    /** Index of the seat whose turn it is. */
    turn: t.uint8(),
    /** Match time in ms at which the turn is lost. */
    turnEndsAtMs: t.uint32(),
  },
  'ConnectFourState',
);

export const connectFour = defineGame({
  name: 'connect-four',
  title: 'Connect Four',
  players: { min: 2, max: 2 },
  state: ConnectFourState,
  settings: z.object({
    /** Time for one turn, in ms. */
    turnMs: z.int().min(5_000).max(120_000).default(30_000),
  }),
  messages: {
    drop: z.object({
      column: z
        .int()
        .min(0)
        .max(COLUMNS - 1),
    }),
    resign: z.undefined(),
  },
  refusals: ['not-your-turn', 'column-full'],
});
