import { expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import type { DatabaseHandle } from '../store/database.ts';
import { matches, processes } from '../store/schema.ts';
import type { Coordinator } from './ports.ts';

/** Processes that come and go on one database. */
export interface CoordinatorHost extends AsyncDisposable {
  readonly database: DatabaseHandle;
  /** A new incarnation, not started. */
  create(): Coordinator;
  /** Ends an incarnation as `kill -9` does. */
  kill(coordinator: Coordinator): Promise<void>;
}

type MatchRow = typeof matches.$inferInsert;

let made = 0;

/** A match's row, and nothing else of it. */
export async function insertMatch(database: DatabaseHandle, fields: Partial<MatchRow> = {}): Promise<string> {
  made += 1;
  const id = `m_test${String(made).padStart(4, '0')}`;
  const row = { id, game: 'connect-four', state: 'playing', settings: {}, seed: made, compat: 'same' } as const;
  await database.db.insert(matches).values({ ...row, ...fields });
  return id;
}

/** What every coordinator must do. */
export function coordinatorContract(name: string, makeHost: () => Promise<CoordinatorHost>): void {
  const contract = (title: string, run: (host: CoordinatorHost) => Promise<void>) =>
    // oxlint-disable-next-line jest/expect-expect -- what is asserted is in `run`
    test(`${name}: ${title}`, async () => {
      await using host = await makeHost();
      await run(host);
    });

  contract('every incarnation has an id of its own, and a row while it lives', async (host) => {
    const [one, two] = [host.create(), host.create()];
    expect(one.incarnation).not.toBe(two.incarnation);
    await one.start();
    expect(await stateOf(host, one)).toBe('alive');
    await one.stop();
    expect(await stateOf(host, one)).toBe('stopped');
    await two.start();
    await two.stop();
    expect([await stateOf(host, one), await stateOf(host, two)]).toEqual(['stopped', 'stopped']);
  });

  contract('matches of a killed process go to the next, with the next epoch [SV-2]', async (host) => {
    const one = await started(host);
    const matchId = await insertMatch(host.database, { owner: one.incarnation, epoch: 4, deaths: 1 });
    await host.kill(one);
    const two = await started(host);
    expect(await two.claimOrphans()).toMatchObject([
      { matchId, epoch: 5, game: 'connect-four', compat: 'same', deaths: 1 },
    ]);
    expect(await ownerOf(host, matchId)).toEqual({ owner: two.incarnation, epoch: 5 });
    expect(await two.claimOrphans()).toEqual([]);
  });

  contract('matches of a process that stopped are orphans, by the same road [SV-5]', async (host) => {
    const one = await started(host);
    const matchId = await insertMatch(host.database, { owner: one.incarnation, epoch: 1 });
    await one.stop();
    expect(await ownerOf(host, matchId)).toEqual({ owner: null, epoch: 1 });
    const two = await started(host);
    expect(await two.claimOrphans()).toMatchObject([{ matchId, epoch: 2 }]);
  });

  contract(
    'a death in the middle of a recovery leaves the matches to the next, with yet another epoch [SV-9]',
    async (host) => {
      const one = await started(host);
      const matchId = await insertMatch(host.database, { owner: one.incarnation, epoch: 1 });
      await host.kill(one);
      const two = await started(host);
      await two.claimOrphans();
      await host.kill(two);
      const three = await started(host);
      expect(await three.claimOrphans()).toMatchObject([{ matchId, epoch: 3 }]);
    },
  );

  contract('only matches that are being played are taken over, and never our own', async (host) => {
    const one = await started(host);
    const others = [{ state: 'reserved' }, { state: 'finished' }, { state: 'abandoned' }] as const;
    for (const fields of others) await insertMatch(host.database, { ...fields, owner: 'i_longdead0', epoch: 1 });
    const own = await insertMatch(host.database, { owner: one.incarnation, epoch: 1 });
    expect(await one.claimOrphans()).toEqual([]);
    expect(await ownerOf(host, own)).toEqual({ owner: one.incarnation, epoch: 1 });
  });

  contract('deaths are counted a match at a time [SV-7]', async (host) => {
    const one = await started(host);
    const [matchId, other] = [await insertMatch(host.database), await insertMatch(host.database)];
    expect([await one.countDeath(matchId), await one.countDeath(matchId)]).toEqual([1, 2]);
    expect(await one.countDeath(other)).toBe(1);
    expect(await one.countDeath('m_unknown00')).toBe(0);
  });

  async function started(host: CoordinatorHost): Promise<Coordinator> {
    const coordinator = host.create();
    await coordinator.start();
    return coordinator;
  }
}

async function stateOf({ database }: CoordinatorHost, { incarnation }: Coordinator): Promise<string | undefined> {
  const [row] = await database.db.select().from(processes).where(eq(processes.incarnation, incarnation));
  return row?.state;
}

async function ownerOf({ database }: CoordinatorHost, matchId: string) {
  const { owner, epoch } = matches;
  const [row] = await database.db.select({ owner, epoch }).from(matches).where(eq(matches.id, matchId));
  return row;
}
