import { expect, test } from '@jest/globals';
import { and } from 'drizzle-orm';
import fc from 'fast-check';
import { GameRegistry } from '../games/registry.ts';
import { createTestDatabase } from '../../tests/support/postgres.ts';
import { teamRace } from '../../tests/support/games.ts';
import { openDatabase } from '../store/database.ts';
import { newId } from '../store/ids.ts';
import { lobbies } from '../store/schema.ts';
import { isInList } from './filter-match.ts';
import type { LobbyRow } from './full-lobby.ts';
import { parseWhere } from './lobby-filter.ts';
import { filterSql, listedSql } from './lobby-query.ts';

const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261);
const FILTERS = Number(process.env['FUZZ_RUNS'] ?? 20) * 15;
const NOW = new Date('2030-01-01T00:00:30.000Z');

const games = new GameRegistry({ 'team-race': teamRace });
const at = fc.integer({ min: 0, max: 40 }).map((seconds) => new Date(NOW.getTime() - 1_000 * seconds));
/** Orders of texts differ where UTF-16 and UTF-8 do: at U+FFFD and U+1F600. */
const word = fc.constantFrom('', 'a', 'B', 'b', 'ä', 'dunes', '10', '9', 'true', '\uFFFD', '\u{1F600}');
const value = fc.oneof({ weight: 6, arbitrary: word }, fc.constantFrom(7, 1e21, true, null, { a: [1] }));
const size = fc.integer({ min: 1, max: 8 });

const row: fc.Arbitrary<LobbyRow> = fc
  .record({
    game: fc.constantFrom('team-race', 'connect-four'),
    state: fc.constantFrom('open', 'open', 'countdown', 'starting', 'in-match', 'closed'),
    locked: fc.boolean(),
    private: fc.nat(5).map((chance) => chance === 0),
    passwordHash: fc.constantFrom(null, 'hash'),
    maxPlayers: size,
    memberCount: size,
    dataPublic: fc.record({ map: value, level: value }, { requiredKeys: [], noNullPrototype: true }),
    emptySince: fc.option(at),
    createdAt: at,
  })
  .map((drawn) => ({ ...(REST as LobbyRow), ...drawn, id: newId('l'), code: newId('l') }));

const REST: Partial<LobbyRow> = {
  version: 1,
  name: 'x',
  reason: null,
  hostId: 'p_00000000',
  startMode: 'host',
  minPlayers: 2,
  settings: {},
  dataMembers: {},
  countdownEndsAt: null,
  startDue: false,
  matchId: null,
  lastMatchId: null,
  updatedAt: NOW,
};

const ordered = fc.constantFrom('', '.ne', '.lt', '.le', '.gt', '.ge');
const unordered = fc.constantFrom('', '.ne');
const condition = fc.oneof(
  fc.tuple(fc.constantFrom('memberCount', 'maxPlayers', 'openSlots'), ordered, fc.integer({ min: -3, max: 8 })),
  fc.tuple(fc.constantFrom('data.map', 'data.level'), ordered, fc.oneof(word, fc.constantFrom(7, true))),
  fc.tuple(
    fc.constantFrom('data.map', 'data.level'),
    fc.constant('.in'),
    fc.array(word, { minLength: 1, maxLength: 3 }),
  ),
  fc.tuple(
    fc.constant('createdAt'),
    ordered,
    at.map((date) => date.toISOString()),
  ),
  fc.tuple(fc.constantFrom('locked', 'hasPassword'), unordered, fc.boolean()),
  fc.tuple(fc.constant('state'), unordered, fc.constantFrom('open', 'in-match', 'closed')),
  fc.tuple(fc.constant('game'), ordered, fc.constant('team-race')),
);

test('[RQ-16] a lobby in memory passes a filter exactly if the database lists it, or it is the database that is asked', async () => {
  await using database = await createTestDatabase();
  await using handle = openDatabase(database.url);
  const rows = fc.sample(row, { seed: SEED, numRuns: 300 });
  await handle.db.insert(lobbies).values([...rows]);
  let known = 0;
  let listed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(condition, { maxLength: 3 }), async (conditions) => {
      const where = Object.fromEntries(conditions.map(([field, op, operand]) => [`${field}${op}`, operand]));
      const filter = parseWhere(where, games);
      const found = await handle.db
        .select({ id: lobbies.id })
        .from(lobbies)
        .where(and(listedSql(NOW), filterSql(filter)));
      const ids = new Set(found.map(({ id }) => id));
      listed += ids.size;
      for (const lobby of rows) {
        const isIn = isInList(lobby, filter, NOW);
        if (isIn === null) continue;
        known += 1;
        if (isIn !== ids.has(lobby.id)) throw new Error(`${JSON.stringify(where)} ${JSON.stringify(lobby)}: ${isIn}`);
      }
    }),
    { seed: SEED, numRuns: FILTERS },
  );
  // A run that asks the database for everything, or that finds nothing, proves nothing.
  expect(known).toBeGreaterThan(FILTERS * rows.length * 0.8);
  expect(listed).toBeGreaterThan(FILTERS);
});
