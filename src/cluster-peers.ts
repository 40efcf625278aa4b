import type { Member } from './cluster/peers.ts';
import { HttpPeerCalls } from './cluster/peer-calls.ts';
import { PeerLinks } from './cluster/peer-links.ts';
import { PeerServer } from './cluster/peer-server.ts';
import { PeerSignatures } from './cluster/peer-signature.ts';
import type { SettledConfig } from './config.ts';
import { MatchLocator } from './matches/match-locator.ts';
import type { Logger } from './ops/logging.ts';
import { RoomPipe } from './realtime/room-pipe.ts';
import { UpgradeRouter } from './realtime/upgrade-router.ts';
import type { Database } from './store/transaction.ts';

export interface ClusterPeersParts {
  readonly config: Pick<SettledConfig, 'secret'>;
  readonly db: Database;
  readonly incarnation: string;
  readonly log: Logger;
  readonly members: () => readonly Member[];
}

/** All that goes between this process and others: calls, standing links, sockets that are passed on. */
export class ClusterPeers {
  readonly calls: HttpPeerCalls;
  readonly server: PeerServer;
  readonly router: UpgradeRouter;
  /** A process refuses connections. */
  onRefused: (incarnation: string) => void = () => {};
  readonly #links: PeerLinks;
  readonly #pipe: RoomPipe;
  /** Found dead, and still in the database as alive. */
  readonly #refused = new Set<string>();

  constructor({ config, db, incarnation, log, members }: ClusterPeersParts) {
    const signatures = new PeerSignatures({ secret: config.secret, incarnation });
    this.calls = new HttpPeerCalls(signatures);
    this.server = new PeerServer({ signatures, calls: this.calls, log });
    this.#pipe = new RoomPipe(signatures);
    const locator = new MatchLocator({ db, incarnation, members });
    this.router = new UpgradeRouter({ locator, pipe: this.#pipe, log });
    const onRefused = (gone: string): void => {
      this.#refused.add(gone);
      this.onRefused(gone);
    };
    this.#links = new PeerLinks({ signatures, log, onRefused });
  }

  /** Keeps links to these processes, and to no others. */
  watch(members: readonly Member[]): void {
    this.#links.watch(members);
    const up = new Set(this.#links.up);
    const living = new Set(members.map(({ incarnation }) => incarnation));
    for (const incarnation of this.#refused) {
      // It could not be buried when it was found dead: the database was away.
      if (living.has(incarnation) && !up.has(incarnation)) this.onRefused(incarnation);
      else this.#refused.delete(incarnation);
    }
  }

  /** Leads no more sockets to other processes. @returns incarnations that some lead to */
  leadNoMore(): readonly string[] {
    this.router.leadNoMore();
    return this.#pipe.targets;
  }

  /** Clients that are connected to other processes through here. */
  get piped(): number {
    return this.#pipe.size;
  }

  /** A process is no more: sockets that lead to it are cut, so that their clients come back. */
  gone(incarnation: string): void {
    this.#pipe.drop(incarnation);
  }

  close(): void {
    this.router.close();
    this.#links.close();
    this.calls.close();
    this.server.close();
  }
}
