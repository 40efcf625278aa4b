import { z } from 'zod';
import { Id, Timestamp } from './shapes.ts';

/** What the operator's routes show and take. */

export const PROCESS_STATES = ['alive', 'draining', 'dead', 'stopped'] as const;

const MatchesByGame = z.record(z.string(), z.int().positive()).meta({ description: 'How many, by game' });

export const ClusterProcess = z
  .object({
    incarnation: Id.meta({ description: 'One boot of a process' }),
    state: z.enum(PROCESS_STATES),
    build: z.string(),
    address: z.string().nullable().meta({ description: '`host:port` for other processes; null: it is alone' }),
    directAddress: z.string().nullable(),
    counter: z.int().nonnegative().meta({ description: 'Its heartbeat: it stands still while the process hangs' }),
    load: z.object({
      clients: z.int().nonnegative(),
      rooms: z.int().nonnegative(),
      delayMs: z.number().nonnegative().meta({ description: 'How late its event loop is, at the 99th percentile' }),
    }),
    startedAt: Timestamp,
    endedAt: Timestamp.nullable(),
    matches: MatchesByGame,
  })
  .meta({ id: 'ClusterProcess' });
export type ClusterProcess = z.infer<typeof ClusterProcess>;

export const ClusterMatch = z
  .object({
    id: Id,
    game: z.string(),
    owner: Id.nullable().meta({ description: 'Incarnation that runs it; null: parked' }),
    epoch: z.int().nonnegative().meta({ description: 'Raised with each new owner' }),
    recordedBy: Id.nullable().meta({
      description: 'Incarnation whose log has its newest full state; null: the owner’s',
    }),
    deaths: z.int().nonnegative().meta({ description: 'Deaths of its processes that it has caused' }),
    uncleanDeaths: z
      .int()
      .nonnegative()
      .meta({ description: 'Deaths of its processes in a row that it may have caused' }),
    onProbation: z.boolean().meta({ description: 'Its owner watches whether it survives this match' }),
    startedAt: Timestamp.nullable(),
  })
  .meta({ id: 'ClusterMatch' });
export type ClusterMatch = z.infer<typeof ClusterMatch>;

/** Any process answers the same: all of it is in the database. */
export const ClusterView = z
  .object({
    at: Timestamp,
    processes: z.array(ClusterProcess),
    parked: MatchesByGame,
    matches: z.array(ClusterMatch).optional(),
  })
  .meta({ id: 'ClusterView' });
export type ClusterView = z.infer<typeof ClusterView>;

export const DrainRequest = z.strictObject({
  incarnation: Id.optional().meta({ description: 'Which process; left out: the one that is asked' }),
});
export type DrainRequest = z.infer<typeof DrainRequest>;

export const DrainAnswer = z.object({ state: z.literal('draining') });
export type DrainAnswer = z.infer<typeof DrainAnswer>;
