import type { ClusterLog } from './cluster-log.ts';
import { PeerLink } from './peer-link.ts';
import { readPeerAddress } from './peer-address.ts';
import type { PeerSignatures } from './peer-signature.ts';
import type { Peer } from './peers.ts';

export interface PeerLinksOptions {
  readonly signatures: PeerSignatures;
  readonly log: ClusterLog;
  /**
   * Nobody listens at a member's address, or another incarnation does: it is no more. Told once, and again only if the member's
   * link has been up since. What only takes too long, breaks off or can't be reached tells nothing.
   */
  readonly onRefused: (incarnation: string) => void;
  /** How often a sign of life is sent; 2,000 if left out. */
  readonly pingMs?: number;
}

const PING_MS = 2_000;

/** A standing link to every other member of the cluster, so that a death is noticed at once. */
export class PeerLinks {
  readonly #options: PeerLinksOptions;
  readonly #links = new Map<string, PeerLink>();

  constructor(options: PeerLinksOptions) {
    this.#options = options;
  }

  /** Members whose link is up. */
  get up(): readonly string[] {
    return [...this.#links].flatMap(([incarnation, link]) => (link.isUp ? [incarnation] : []));
  }

  /** Links to these members, and to no others. A member's port must be open before it is one. */
  watch(members: readonly Peer[]): void {
    const wanted = new Set(members.map(({ incarnation }) => incarnation));
    for (const [incarnation, link] of this.#links) {
      if (wanted.has(incarnation)) continue;
      this.#links.delete(incarnation);
      link.close();
    }
    for (const peer of members) {
      if (peer.incarnation !== this.#options.signatures.incarnation && !this.#links.has(peer.incarnation))
        this.#open(peer);
    }
  }

  close(): void {
    this.watch([]);
  }

  #open(peer: Peer): void {
    const { signatures, log, onRefused, pingMs = PING_MS } = this.#options;
    const { incarnation, address } = peer;
    try {
      readPeerAddress(address);
    } catch (error) {
      log.warn({ err: error, incarnation }, 'a process has an address that it cannot be reached by');
      return;
    }
    const refused = (): void => {
      log.info({ incarnation, address }, 'a process refuses connections: it has ended');
      onRefused(incarnation);
    };
    this.#links.set(incarnation, new PeerLink({ peer, signatures, onRefused: refused, pingMs }));
  }
}
