import { expect, test } from '@jest/globals';
import { type Call, problem, type ScriptedServer, scriptedServer } from '../tests/support/scripted-server.ts';
import { HttpClient } from './http-client.ts';
import { Session } from './session.ts';
import { type KeyValueStorage, type Stored, Vault } from './vault.ts';

/** A storage that several tabs share, as localStorage is. */
class SharedStorage implements KeyValueStorage {
  readonly items = new Map<string, string>();
  getItem = (key: string): string | null => this.items.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.items.set(key, value);
  removeItem = (key: string): void => void this.items.delete(key);

  get stored(): Stored {
    return JSON.parse([...this.items.values()][0] ?? '{}') as Stored;
  }
}

interface Accounts extends ScriptedServer {
  /** Refresh tokens in the order in which they were presented. */
  readonly refreshes: string[];
}

/**
 * Sign-in, refresh and one guarded route, by the contract: a refresh token is good once; `expiresInMs` says how long
 * access tokens last, `breakRefreshes` how many answers to a refresh get lost.
 */
async function accounts({ expiresInMs = 900_000, breakRefreshes = 0 } = {}): Promise<Accounts> {
  const refreshes: string[] = [];
  let issued = 0;
  let valid = '';
  let left = breakRefreshes;
  const signedIn = (): { status: number; body: unknown } => {
    issued += 1;
    valid = `access ${issued}`;
    const session = { accessToken: valid, expiresInMs, refreshToken: `refresh ${issued}`, refreshExpiresInMs: 1e9 };
    return { status: 200, body: { player: { id: 'p_12345678', displayName: 'Ann' }, session } };
  };
  const refresh = ({ body }: Call) => {
    const { refreshToken } = body as { refreshToken: string };
    if (refreshes.includes(refreshToken) && left === 0 && refreshes.at(-1) !== refreshToken)
      return problem('token-reused', 401);
    refreshes.push(refreshToken);
    if (left > 0) {
      left -= 1;
      return 'reset' as const;
    }
    return signedIn();
  };
  const server = await scriptedServer((call) => {
    if (call.path === '/v1/auth/guest') return signedIn();
    if (call.path === '/v1/auth/refresh') return refresh(call);
    if (call.method === 'DELETE') return { status: 204 };
    return call.headers.authorization === `Bearer ${valid}`
      ? { status: 200, body: { id: 'p_12345678' } }
      : problem('token-expired', 401);
  });
  return { ...server, refreshes, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function sessionOn(server: ScriptedServer, storage: KeyValueStorage): Session {
  const http = new HttpClient({
    endpoint: server.url,
    fetch: globalThis.fetch.bind(globalThis),
    signal: new AbortController().signal,
  });
  return new Session({ http, vault: new Vault(storage, server.url), endpoint: server.url });
}

test('the device key has 256 bits, is kept before it is used, and stays after signing out', async () => {
  const storage = new SharedStorage();
  await using server = await accounts();
  const session = sessionOn(server, storage);
  await session.signInAsGuest('Ann');
  const { deviceKey } = storage.stored;
  expect(deviceKey).toMatch(/^[\w-]{43}$/);
  expect(server.calls[0]?.body).toEqual({ deviceKey, displayName: 'Ann' });
  await session.signOut(false);
  expect(storage.stored).toEqual({ deviceKey });
  expect(session.player.view).toBeNull();
  await session.signOut(true);
  expect(storage.stored).toEqual({});
});

test('a token that is about to end is renewed before it is used', async () => {
  await using server = await accounts({ expiresInMs: 30_000 });
  const session = sessionOn(server, new SharedStorage());
  await session.signInAsGuest(undefined);
  await session.call({ method: 'GET', path: '/v1/players/me' });
  expect(server.refreshes).toEqual(['refresh 1']);
  expect(server.calls.at(-1)?.headers.authorization).toBe('Bearer access 2');
});

test('[SD-4] many requests at once renew once', async () => {
  await using server = await accounts({ expiresInMs: 30_000 });
  const session = sessionOn(server, new SharedStorage());
  await session.signInAsGuest(undefined);
  await Promise.all(Array.from({ length: 10 }, () => session.accessToken()));
  expect(server.refreshes).toEqual(['refresh 1']);
});

test('[SD-4] a tab takes over what another tab renewed, without renewing again', async () => {
  const storage = new SharedStorage();
  await using server = await accounts();
  const [one, other] = [sessionOn(server, storage), sessionOn(server, storage)];
  await one.signInAsGuest(undefined);
  const stale = await other.accessToken();
  expect(await one.renew(stale)).toBe('access 2');
  expect(await other.renew(stale)).toBe('access 2');
  expect(server.refreshes).toEqual(['refresh 1']);
});

test('[SD-4] where the browser has locks, tabs that renew at the same moment take turns', async () => {
  const storage = new SharedStorage();
  Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true });
  try {
    await using server = await accounts();
    const http = new HttpClient({
      endpoint: server.url,
      fetch: globalThis.fetch.bind(globalThis),
      signal: new AbortController().signal,
    });
    const tabs = [0, 1, 2].map(
      () => new Session({ http, vault: new Vault('device', server.url), endpoint: server.url }),
    );
    await tabs[0]?.signInAsGuest(undefined);
    const tokens = await Promise.all(tabs.map((tab) => tab.renew('access 1')));
    expect(tokens).toEqual(['access 2', 'access 2', 'access 2']);
    expect(server.refreshes).toEqual(['refresh 1']);
  } finally {
    Reflect.deleteProperty(globalThis, 'localStorage');
  }
});

test('a lost answer to a refresh is asked for again with the same token', async () => {
  await using server = await accounts({ breakRefreshes: 1 });
  const session = sessionOn(server, new SharedStorage());
  await session.signInAsGuest(undefined);
  expect(await session.renew('access 1')).toBe('access 2');
  expect(server.refreshes).toEqual(['refresh 1', 'refresh 1']);
});

test('a session that the server has ended signs out, and its tokens are forgotten', async () => {
  const storage = new SharedStorage();
  await using server = await scriptedServer(({ path }) =>
    path === '/v1/auth/refresh' ? problem('token-reused', 401) : problem('token-invalid', 401),
  );
  const key = `gyre:1:${server.url}`;
  const session = { accessToken: 'a', accessEndsAtMs: Date.now() + 900_000, refreshToken: 'r' };
  storage.setItem(key, JSON.stringify({ deviceKey: 'k'.repeat(43), session }));
  expect(await sessionOn(server, storage).resume()).toBeNull();
  expect(storage.stored).toEqual({ deviceKey: 'k'.repeat(43) });
});

test('a server that is away ends no session', async () => {
  const storage = new SharedStorage();
  await using server = await scriptedServer(() => ({ ...problem('draining', 503), headers: { 'Retry-After': '60' } }));
  const session = { accessToken: 'a', accessEndsAtMs: 0, refreshToken: 'r' };
  storage.setItem(`gyre:1:${server.url}`, JSON.stringify({ session }));
  await expect(sessionOn(server, storage).resume()).rejects.toMatchObject({ code: 'draining' });
  expect(storage.stored.session).toEqual(session);
});

test('ahead of its end, a token serves even if it could not be renewed', async () => {
  const storage = new SharedStorage();
  await using server = await scriptedServer(() => ({ ...problem('draining', 503), headers: { 'Retry-After': '60' } }));
  const session = { accessToken: 'a', accessEndsAtMs: Date.now() + 30_000, refreshToken: 'r' };
  storage.setItem(`gyre:1:${server.url}`, JSON.stringify({ session }));
  expect(await sessionOn(server, storage).accessToken()).toBe('a');
});

test.each([null, {}, { player: { id: 'p_12345678' } }, { player: null, session: {} }])(
  '[SD-8] an answer that is no sign-in, %j, fails as one, and changes nothing',
  async (body) => {
    const storage = new SharedStorage();
    await using server = await scriptedServer(() => ({ status: 200, body: JSON.stringify(body) }));
    const session = sessionOn(server, storage);
    await expect(session.signInAsGuest('Ann')).rejects.toMatchObject({ code: 'unexpected-response' });
    expect([session.player.view, storage.stored.session]).toEqual([null, undefined]);
  },
);

test('without anything stored nobody is signed in, and no request is made', async () => {
  await using server = await accounts();
  const session = sessionOn(server, new SharedStorage());
  expect(await session.resume()).toBeNull();
  await expect(session.call({ method: 'GET', path: '/v1/players/me' })).rejects.toMatchObject({ code: 'signed-out' });
  expect(server.calls).toEqual([]);
});

test.each([
  ['no JSON', '{'],
  ['something else', '[1]'],
  ['half a session', '{"session":{"accessToken":"a"}}'],
])('a storage that holds %s counts as empty', (_what, text) => {
  const storage = new SharedStorage();
  storage.setItem('gyre:1:http://x', text);
  expect(new Vault(storage, 'http://x').read().session).toBeUndefined();
});

test('a storage that is full keeps the session for as long as the page lives', () => {
  const full: KeyValueStorage = {
    getItem: () => null,
    setItem: () => {
      throw new DOMException('full', 'QuotaExceededError');
    },
    removeItem: () => undefined,
  };
  const vault = new Vault(full, 'http://x');
  vault.write({ deviceKey: 'k' });
  expect(vault.read()).toEqual({ deviceKey: 'k' });
});

test('whoever signs in anew while a session that has ended is being renewed stays signed in', async () => {
  const storage = new SharedStorage();
  const refreshing = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  await using server = await scriptedServer(async ({ path, headers }) => {
    if (path === '/v1/auth/refresh') {
      refreshing.resolve();
      await held.promise;
      return problem('token-reused', 401);
    }
    const session = { accessToken: 'new', expiresInMs: 900_000, refreshToken: 'r2', refreshExpiresInMs: 1e9 };
    if (path === '/v1/auth/guest') return { status: 201, body: { player: { id: 'p_12345678' }, session } };
    return headers.authorization === 'Bearer new'
      ? { status: 200, body: { id: 'p_12345678' } }
      : problem('token-expired', 401);
  });
  const ended = { accessToken: 'old', accessEndsAtMs: 0, refreshToken: 'r1' };
  storage.setItem(`gyre:1:${server.url}`, JSON.stringify({ session: ended }));
  const session = sessionOn(server, storage);
  const resumed = session.resume();
  await refreshing.promise;
  await session.signInAsGuest('Ann');
  held.resolve();
  expect((await resumed)?.id).toBe('p_12345678');
  expect(session.player.view).toMatchObject({ id: 'p_12345678' });
  expect(storage.stored.session).toMatchObject({ accessToken: 'new', refreshToken: 'r2' });
});

test('a renewal that ends after somebody else has signed in leaves them signed in', async () => {
  const storage = new SharedStorage();
  const refreshing = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const signedIn = (id: string, accessToken: string) => ({
    status: 200,
    body: { player: { id }, session: { accessToken, expiresInMs: 900_000, refreshToken: `r ${accessToken}` } },
  });
  await using server = await scriptedServer(async ({ path }) => {
    if (path === '/v1/auth/guest') return signedIn('p_22222222', 'new');
    refreshing.resolve();
    await held.promise;
    return signedIn('p_11111111', 'renewed');
  });
  const before = { accessToken: 'old', accessEndsAtMs: 0, refreshToken: 'r old' };
  storage.setItem(`gyre:1:${server.url}`, JSON.stringify({ session: before }));
  const session = sessionOn(server, storage);
  const token = session.accessToken();
  await refreshing.promise;
  await session.signInAsGuest('Ben');
  held.resolve();
  expect(await token).toBe('new');
  expect(session.player.view).toMatchObject({ id: 'p_22222222' });
  expect(storage.stored.session).toMatchObject({ accessToken: 'new' });
});
