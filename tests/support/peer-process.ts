import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ClusterLog } from '../../src/cluster/cluster-log.ts';
import { HttpPeerCalls } from '../../src/cluster/peer-calls.ts';
import { PeerServer } from '../../src/cluster/peer-server.ts';
import { PeerSignatures } from '../../src/cluster/peer-signature.ts';
import type { Peer } from '../../src/cluster/peers.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { createGuardedServer } from '../../src/http/guard.ts';
import { RateLimits } from '../../src/http/rate-limits.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { newId } from '../../src/store/ids.ts';

export const PEER_SECRET = 'a secret of tests that all processes of a cluster share';

export interface PeerProcessOptions {
  readonly incarnation?: string;
  readonly secret?: string;
  readonly port?: number;
  readonly nowMs?: () => number;
  readonly config?: Partial<Config>;
  readonly onUpgrade?: (req: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** What a process of a cluster has for the others, behind a real guard. */
export class PeerProcess implements AsyncDisposable {
  readonly incarnation: string;
  readonly signatures: PeerSignatures;
  readonly calls: HttpPeerCalls;
  readonly gate: PeerServer;
  readonly http: Server;
  readonly complaints: string[] = [];
  /** Connections that are open at its port. */
  readonly sockets = new Set<Duplex>();

  constructor(options: PeerProcessOptions = {}) {
    const { secret = PEER_SECRET, incarnation = newId('i'), nowMs = Date.now, config, onUpgrade } = options;
    this.incarnation = incarnation;
    this.signatures = new PeerSignatures({ secret, incarnation, nowMs });
    this.calls = new HttpPeerCalls(this.signatures);
    const complain = (_: object, message: string): void => void this.complaints.push(message);
    const log: ClusterLog = { info: () => {}, warn: complain, error: complain };
    this.gate = new PeerServer({ signatures: this.signatures, calls: this.calls, log });
    const settings = { ...readConfig({ GYRE_SECRET: secret, GYRE_RATE_LIMITS: 'on' }), ...config };
    this.http = createGuardedServer({
      config: settings,
      limits: new RateLimits({ enabled: settings.rateLimits }),
      log: createLogger('silent'),
      onRead: () => false,
      onRequest: (_, res) => void res.writeHead(404).end(),
      onUpgrade: onUpgrade ?? ((_, socket) => socket.destroy()),
      peers: this.gate,
    });
    this.http.on('connection', (socket) => this.sockets.add(socket.on('close', () => this.sockets.delete(socket))));
  }

  static async start(options: PeerProcessOptions = {}): Promise<PeerProcess> {
    const peer = new PeerProcess(options);
    await peer.listen(options.port);
    return peer;
  }

  listen(port = 0): Promise<void> {
    return new Promise((resolve, reject) => {
      this.http.once('error', reject);
      this.http.listen(port, '127.0.0.1', resolve);
    });
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }
  get peer(): Peer {
    return { incarnation: this.incarnation, address: `127.0.0.1:${this.port}` };
  }

  async stop(): Promise<void> {
    if (!this.http.listening) return;
    this.calls.close();
    const closed = new Promise((resolve) => {
      this.http.close(resolve);
    });
    this.gate.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
