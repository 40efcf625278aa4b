import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { defineGame } from '../kit/define-game.ts';
import { isJson } from './rules.ts';

/** Entries that the host may publish, and the text that one may hold as JSON. */
export const MAX_ENTRIES = 64;
export const MAX_ENTRY_CHARACTERS = 4_096;
const MAX_SEATS = 250;

export const RelayState = schema(
  {
    /** Index of the seat whose client runs the game. */
    host: t.uint8(),
    /** Raised with each new host: what an old one said is known by it. */
    term: t.uint32().default(1),
    /** What the host has published, as JSON by key: it outlives the host, and late joiners have it at once. */
    entries: t.map('string'),
    /** Indexes of the seats that have proposed a result. */
    proposed: t.array('uint8'),
    /** Match time in ms at which the host's proposal counts without the others' consent; 0 while there is none. */
    closesAtMs: t.uint32().default(0),
  },
  'RelayState',
);

const data = z.unknown().refine((value) => isJson(value), 'must be JSON');
/** A word that no object has a property of by birth. */
const key = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,64}$/)
  .refine((word) => !(word in {}), 'is reserved');
const seatIndex = z
  .int()
  .min(0)
  .max(MAX_SEATS - 1);

export const relay = defineGame({
  name: 'relay',
  title: 'Relay',
  players: { min: 2, max: 16 },
  state: RelayState,
  lateJoin: true,
  settings: z.object({
    /** How long a host may be away before another takes over, in ms. */
    hostGraceMs: z.int().min(0).max(60_000).default(5_000),
    /** How long members have to confirm the host's result, in ms. */
    agreementMs: z.int().min(1_000).max(120_000).default(10_000),
  }),
  messages: {
    /** To everyone else, to whoever is the host, or to one seat. */
    send: z.object({
      to: z.union([z.literal('others'), z.literal('host'), seatIndex]),
      topic: z.string().min(1).max(32),
      data,
    }),
    /** The host sets an entry of the state; null removes it. */
    publish: z.object({ key, data }),
    /** The host makes another member the host. */
    'hand-over': z.object({ to: seatIndex }),
    /** How the match ended. The host's counts; it is rated only if everyone who is still there says the same. */
    propose: z.object({
      placements: z.array(z.array(seatIndex).max(MAX_SEATS)).max(MAX_SEATS),
      scores: z.record(z.string().regex(/^\d{1,3}$/), z.number()).default({}),
    }),
  },
  events: {
    /** `term` is the host's at that moment: a message of a host of before is told by it. */
    message: z.object({ from: z.int(), term: z.int(), topic: z.string(), data: z.unknown() }),
  },
  refusals: ['not-host', 'no-such-seat', 'too-many-entries', 'too-large', 'bad-placements'],
});
