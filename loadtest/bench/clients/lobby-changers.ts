// Players who change lobbies over REST, on a schedule: they open them, close them and give them names. Some look at once
// whether everybody else sees it.
import { setTimeout as pause } from 'node:timers/promises';
import { openLoop } from '../../open-loop.ts';
import { childOptions, serveParent } from '../child-side.ts';
import type { ChangeCounts, Signed } from '../lobby-load.ts';

export interface LobbyChangers extends Signed {
  readonly port: number;
  /** The list that is looked at; all lobbies are on it, newest first. */
  readonly path: string;
  readonly changesPerSecond: number;
}

interface Seen {
  readonly id: string;
  readonly version: number;
}

/** Players who wait with their own lobbies open before they are closed again. */
const KEPT_OPEN = 5;
const CHECK_EVERY = 10;
const MAX_UNDER_WAY = 20;

const { port, path, players, hosts, changesPerSecond } = childOptions() as LobbyChangers;
const [checker = '', ...free] = players;
const own: { readonly token: string; readonly lobbyId: string }[] = [];
const counts = { changes: 0, failed: 0, checks: 0, unseen: 0 };
const stopped = new AbortController();
/** Changes that wait for their answers. */
const underWay = new Set<symbol>();
let checking = false;
let lastFault: string | null = null;

serveParent({
  ready: {},
  asks: {
    begin: () =>
      void openLoop({ everyMs: 1_000 / changesPerSecond, signal: stopped.signal }, (tick) => void change(tick)),
    check: (now: boolean) => {
      checking = now;
    },
    counts: (): ChangeCounts => ({ ...counts, lastFault }),
    /** Once it resolves, nothing of these changes moves the list any more. */
    end: async () => {
      stopped.abort();
      while (underWay.size > 0) await pause(10);
    },
  },
});

/** A quarter opens a lobby, a quarter closes one, and half are changes of lobbies that are there. */
async function change(tick: number): Promise<void> {
  // A server that can't keep up is not buried: its sample won't count.
  if (underWay.size >= MAX_UNDER_WAY) return;
  const mine = Symbol('change');
  underWay.add(mine);
  try {
    const isSeen = tick % 2 === 0 ? await rename(tick) : tick % 4 === 1 ? await open() : await close();
    if (isSeen && checking && tick % CHECK_EVERY < 2) await check(isSeen);
  } catch (error) {
    counts.failed += 1;
    lastFault = String(error);
  } finally {
    underWay.delete(mine);
  }
}

type IsSeen = (page: readonly Seen[]) => boolean;

async function rename(tick: number): Promise<IsSeen | null> {
  const host = hosts[(tick / 2) % hosts.length];
  if (!host) return null;
  const { version } = await call('PATCH', `/v1/lobbies/${host.lobbyId}`, {
    token: host.token,
    body: { name: `${tick}` },
  });
  return (page) => page.every((lobby) => lobby.id !== host.lobbyId || lobby.version >= version);
}

async function open(): Promise<IsSeen | null> {
  const token = free.pop();
  if (token === undefined) return null;
  const { id } = await call('POST', '/v1/lobbies', { token, body: { game: 'connect-four' } });
  own.push({ token, lobbyId: id });
  // It may have been closed meanwhile.
  return (page) => page.some((lobby) => lobby.id === id) || !own.some((lobby) => lobby.lobbyId === id);
}

async function close(): Promise<IsSeen | null> {
  if (own.length <= KEPT_OPEN) return null;
  const oldest = own.shift();
  if (!oldest) return null;
  await call('DELETE', `/v1/lobbies/${oldest.lobbyId}`, { token: oldest.token });
  free.unshift(oldest.token);
  return (page) => page.every((lobby) => lobby.id !== oldest.lobbyId);
}

async function call(method: string, at: string, { token, body }: { token: string; body?: object }): Promise<Seen> {
  const answer = await ask(method, at, { token, body });
  counts.changes += 1;
  return answer as Seen;
}

async function check(isSeen: IsSeen): Promise<void> {
  const { items } = (await ask('GET', path, { token: checker })) as { items: readonly Seen[] };
  counts.checks += 1;
  if (!isSeen(items)) counts.unseen += 1;
}

async function ask(
  method: string,
  at: string,
  { token, body }: { token: string; body?: object | undefined },
): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}${at}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${at}: ${response.status}`);
  return response.status === 204 ? null : await response.json();
}
