import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type { ClusterMatch, ClusterProcess, ClusterView } from '../../protocol/admin.ts';
import { Events } from '../../scripts/cluster/events.ts';
import { freePorts } from '../../scripts/cluster/free-ports.ts';
import { Front } from '../../scripts/cluster/front.ts';
import { Member } from '../../scripts/cluster/member.ts';
import { movesBetween, pictureOf } from '../../scripts/cluster/view/picture.ts';
import { ViewServer } from '../../scripts/cluster/view-server.ts';
import type { ViewMember, ViewState } from '../../scripts/cluster/view-shapes.ts';
import { launchChromium } from '../support/chromium.ts';
import { waitFor } from '../support/wait-for.ts';

const TOKEN = 'the operator of this test';
const START = { timeoutMs: 30_000, what: 'the process' };

function processRow(incarnation: string, row: Partial<ClusterProcess> = {}): ClusterProcess {
  const load = { clients: 2, rooms: 1, delayMs: 1 };
  const rest = { build: '1', directAddress: null, counter: 1, load, startedAt: '2026-01-01T00:00:00.000Z' };
  return { incarnation, state: 'alive', address: 'one:1', endedAt: null, matches: {}, ...rest, ...row };
}

function matchRow(id: string, owner: string | null, epoch = 1): ClusterMatch {
  const calm = { recordedBy: null, deaths: 0, uncleanDeaths: 0, onProbation: false, startedAt: null };
  return { id, game: 'arena', owner, epoch, ...calm };
}

const MEMBER: ViewMember = { name: 'a', address: 'one:1', state: 'ready', pid: 1, restarts: 0, connections: 0 };

function state(cluster: Partial<ClusterView>, members: readonly Partial<ViewMember>[] = [{}]): ViewState {
  return {
    playUrl: '',
    members: members.map((member) => ({ ...MEMBER, ...member })),
    stores: [],
    cluster: { at: '', processes: [], parked: {}, matches: [], ...cluster },
    stale: false,
    events: [],
  };
}

describe('the picture', () => {
  const two = [{}, { name: 'b', address: 'two:2' }];
  const processes = [
    processRow('i_first', { matches: { arena: 2 } }),
    processRow('i_other', { address: 'two:2', matches: { arena: 1 } }),
  ];
  const matches = [matchRow('m_1', 'i_first'), matchRow('m_2', 'i_first'), matchRow('m_3', 'i_other')];

  test('[CL-58] shows each match at the process that owns it', () => {
    const { lanes, matches: all } = pictureOf(state({ processes, matches }, two));
    expect(lanes.map(({ chips }) => chips.map(({ id }) => id))).toEqual([['m_1', 'm_2'], ['m_3']]);
    expect(all).toBe(3);
  });

  test('[CL-58] shows what waits for another owner, and where it went', () => {
    const dead = [{ pid: null, state: 'ended' as const }, two[1] ?? {}];
    const before = pictureOf(state({ processes, matches }, dead));
    expect(before.lanes[0]).toMatchObject({ tone: 'bad', label: 'dead' });
    expect(before.lanes[0]?.chips.map(({ orphaned }) => orphaned)).toEqual([true, true]);
    const adopted = [matchRow('m_1', 'i_other', 2), matchRow('m_2', 'i_other', 2), matchRow('m_3', 'i_other')];
    const after = pictureOf(state({ processes, matches: adopted }, dead));
    expect(after.lanes[1]?.chips.map(({ orphaned }) => orphaned)).toEqual([false, false, false]);
    expect(movesBetween(before, after)).toEqual([{ from: 'a', to: 'b', ids: ['m_1', 'm_2'] }]);
  });

  test('[CL-58] a process that is started again does not own what its last life did', () => {
    const lives = [
      processRow('i_second', { startedAt: '2026-01-01T00:01:00.000Z' }),
      processRow('i_first', { state: 'dead', endedAt: '2026-01-01T00:01:00.000Z', matches: { arena: 1 } }),
    ];
    const { lanes } = pictureOf(state({ processes: lives, matches: [matchRow('m_1', 'i_first')] }));
    expect(lanes[0]).toMatchObject({ label: 'ready', chips: [{ id: 'm_1', orphaned: true }], counts: [['arena', 1]] });
  });

  test('[CL-58] matches without an owner are parked', () => {
    const { parked, lanes } = pictureOf(state({ parked: { arena: 1 }, matches: [matchRow('m_1', null)] }));
    expect(parked).toMatchObject([{ id: 'm_1', orphaned: false }]);
    expect(lanes[0]?.chips).toEqual([]);
  });
});

describe('the page', () => {
  let held: AsyncDisposableStack;
  let view: ViewServer;
  let members: Member[];
  beforeEach(async () => {
    held = new AsyncDisposableStack();
    const events = new Events();
    const ports = await freePorts(2);
    members = ports.map((port, index) => {
      return new Member({
        name: `gyre-${index + 1}`,
        port,
        entry: 'tests/cluster-command/member-process.ts',
        env: { NODE_OPTIONS: undefined, GYRE_OPERATOR_TOKEN: TOKEN, PEERS: ports.join() },
        onEvent: (what) => events.add(`gyre-${index + 1}`, what),
      });
    });
    held.defer(() => Promise.all(members.map((member) => member.stop())).then(() => undefined));
    const front = held.use(await Front.listen({ port: 0, host: '127.0.0.1', targets: () => members }));
    view = held.use(await ViewServer.listen({ members, stores: [], front, events, operatorToken: TOKEN }, 0));
    await waitFor(() => members.every(({ isReady }) => isReady), START);
  });
  afterEach(async () => {
    await held[Symbol.asyncDispose]();
  });

  async function act(body: object, headers: Readonly<Record<string, string>> = {}): Promise<number> {
    const answer = await fetch(`${view.url}act`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return answer.status;
  }

  test('[CL-58] shows who owns what, and kills, pauses and drains at the press of a button', async () => {
    const browser: Browser = held.adopt(await launchChromium(), (each) => each.close());
    const page = await browser.newPage({ viewport: { width: 1280, height: 760 } });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(view.url);
    const lane = (name: string) => page.getByRole('article').filter({ has: page.getByRole('heading', { name }) });
    await lane('gyre-1').getByTitle('arena m_000001, epoch 1').waitFor();
    await page.getByRole('button', { name: 'Pause gyre-2' }).click();
    await lane('gyre-2').getByText('paused').waitFor();
    await page.getByRole('button', { name: 'Continue gyre-2' }).click();
    await lane('gyre-2').getByText('ready').waitFor();
    await page.getByRole('button', { name: 'Drain gyre-2' }).click();
    await page.getByText('is to be drained').waitFor();
    const { pid } = members[0] as Member;
    await page.getByRole('button', { name: 'kill -9 gyre-1' }).click();
    await waitFor(() => members[0]?.pid !== pid, { what: 'the end of the process' });
    await page.getByText('is killed (SIGKILL)').waitFor();
    await lane('gyre-1').getByText('started again once').waitFor();
    expect(complaints).toEqual([]);
    expect(await page.content()).not.toContain(TOKEN);
  });

  test('[CL-58] takes nothing from other pages, nor under another name, and tells nobody the token', async () => {
    const pids = members.map(({ pid }) => pid);
    const kill = { on: 'gyre-1', act: 'kill' };
    expect(await act(kill, { 'Content-Type': 'text/plain' })).toBe(403);
    expect((await raw('evil.example', '/state')).status).toBe(403);
    expect(await act({ on: 'gyre-9', act: 'kill' })).toBe(400);
    expect(await act({ on: 'gyre-1', act: 'eval' })).toBe(400);
    expect(members.map(({ pid }) => pid)).toEqual(pids);
    const answer = await fetch(`${view.url}state`);
    const told = await answer.text();
    expect(told).toContain('gyre-1');
    expect(told).not.toContain(TOKEN);
  });

  /** `fetch` names no other host than the one it goes to. */
  async function raw(host: string, path: string): Promise<{ status: number }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number }>();
    const { get } = await import('node:http');
    get(new URL(path, view.url), { headers: { Host: host }, agent: false }, (res) => {
      res.resume();
      resolve({ status: res.statusCode ?? 0 });
    }).on('error', reject);
    return await promise;
  }
});
