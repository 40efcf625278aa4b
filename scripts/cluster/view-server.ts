/** The live view: a page for the person at this machine, and what it may do to the cluster. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ClusterView } from '../../protocol/admin.ts';
import type { LocalCluster } from './local-cluster.ts';
import { Operator } from './operator.ts';
import type { ViewAct, ViewState } from './view-shapes.ts';

/** The parts of a cluster that are shown and acted upon. */
export type ViewedCluster = Pick<LocalCluster, 'members' | 'stores' | 'front' | 'events' | 'operatorToken'>;

const run = promisify(execFile);
const FOLDER = path.join(import.meta.dirname, 'view');
const LOOK_KEPT_MS = 400;
const STORE_AWAY_MS = 10_000;
const MAX_ACT_BYTES = 1_000;
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'";

interface Asset {
  readonly type: string;
  readonly read: () => Promise<string>;
}

const text = (name: string) => () => readFile(path.join(FOLDER, name), 'utf8');

const ASSETS: Readonly<Record<string, Asset>> = {
  '/': { type: 'text/html', read: text('view.html') },
  '/view.css': { type: 'text/css', read: text('view.css') },
  '/view.js': { type: 'text/javascript', read: bundled },
};

let bundle: Promise<string> | undefined;

/** In a process of its own: the bundler is native code and large, and needed once. */
async function bundled(): Promise<string> {
  const env = { ...process.env, NODE_OPTIONS: undefined };
  const bundler = path.join(import.meta.dirname, 'bundle-view.mjs');
  bundle ??= run(process.execPath, [bundler], { env }).then(({ stdout }) => stdout);
  return await bundle;
}

/** Serves the live view on 127.0.0.1 alone. The operator's token never leaves it. */
export class ViewServer implements AsyncDisposable {
  readonly #cluster: ViewedCluster;
  readonly #operator: Operator;
  readonly #server: Server;
  #look: { readonly atMs: number; readonly view: Promise<ClusterView | null> } | null = null;
  #last: ClusterView | null = null;

  private constructor(cluster: ViewedCluster) {
    this.#cluster = cluster;
    this.#operator = new Operator(cluster.members, cluster.operatorToken);
    this.#server = createServer((req, res) => void this.#answer(req, res));
  }

  /** @param port 0: any free one */
  static async listen(cluster: ViewedCluster, port: number): Promise<ViewServer> {
    const view = new ViewServer(cluster);
    view.#server.listen(port, '127.0.0.1');
    await once(view.#server, 'listening');
    return view;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      if (!isOurs(req)) return send(res, 403, { body: 'This page is for this machine alone.' });
      const [file = '/'] = (req.url ?? '/').split('?');
      const asset = ASSETS[file];
      if (req.method === 'GET' && asset) return send(res, 200, { type: asset.type, body: await asset.read() });
      if (req.method === 'GET' && file === '/state') return sendJson(res, await this.#state());
      if (req.method === 'POST' && file === '/act') return sendJson(res, await this.#act(await readAct(req)));
      send(res, 404, { body: 'There is nothing here.' });
    } catch (error) {
      send(res, 400, { body: (error as Error).message });
    }
  }

  async #state(): Promise<ViewState> {
    const { members, stores, front, events } = this.#cluster;
    const now = await this.#lookAtIt();
    this.#last = now ?? this.#last;
    return {
      playUrl: `http://localhost:${front.port}`,
      members: members.map(({ name, port, state, pid, restarts }) => {
        return { name, address: `127.0.0.1:${port}`, state, pid, restarts, connections: front.openTo(port) };
      }),
      stores: stores.map(({ name, state }) => ({ name, state })),
      cluster: this.#last,
      stale: now === null,
      events: events.all,
    };
  }

  /** Several pages share one look. */
  #lookAtIt(): Promise<ClusterView | null> {
    const nowMs = performance.now();
    if (this.#look === null || nowMs - this.#look.atMs > LOOK_KEPT_MS) {
      this.#look = { atMs: nowMs, view: this.#operator.look() };
    }
    return this.#look.view;
  }

  async #act({ on, act }: ViewAct): Promise<Record<never, never>> {
    const { members, stores } = this.#cluster;
    const member = members.find(({ name }) => name === on);
    const store = stores.find(({ name }) => name === on);
    if (member && act === 'kill') member.kill();
    else if (member && act === 'pause') member.pause();
    else if (member && act === 'resume') member.resume();
    else if (member && act === 'drain') {
      await this.#operator.drain(member);
      this.#cluster.events.add(on, 'is to be drained');
    } else if (store && act === 'restart') void store.restart(0);
    else if (store && act === 'stop') void store.restart(STORE_AWAY_MS);
    else throw new Error(`${on} can't be told to ${act}`);
    return {};
  }
}

/** No other page in the same browser may act here, nor one that has its own name lead to 127.0.0.1. */
function isOurs({ headers, method }: IncomingMessage): boolean {
  const { hostname } = URL.parse(`http://${headers.host}`) ?? {};
  if (hostname !== '127.0.0.1' && hostname !== 'localhost') return false;
  return method === 'GET' || headers['content-type'] === 'application/json';
}

async function readAct(req: IncomingMessage): Promise<ViewAct> {
  let body = '';
  for await (const chunk of req) {
    body += String(chunk);
    if (body.length > MAX_ACT_BYTES) throw new Error('too long');
  }
  const { on, act } = JSON.parse(body) as Partial<ViewAct>;
  return { on: String(on), act: String(act) as ViewAct['act'] };
}

function sendJson(res: ServerResponse, body: object): void {
  send(res, 200, { type: 'application/json', body: JSON.stringify(body) });
}

function send(
  res: ServerResponse,
  status: number,
  { type = 'text/plain', body }: { type?: string; body: string },
): void {
  res.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  });
  res.end(body);
}
