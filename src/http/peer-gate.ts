import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Takes what other processes of the cluster send to this one's port. Implemented by `PeerServer` (src/cluster). */
export interface PeerGate {
  /** Takes a call. false: no process of ours has sent it, so it is an unknown path like any other. */
  request(req: IncomingMessage, res: ServerResponse): boolean;
  /** Takes a standing link. false: as above. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** What an upgrade that another process passes on comes with; null: no process has passed it on. */
  piped(req: IncomingMessage): PipedUpgrade | null;
}

/** An upgrade that says that another process passes it on for a client. `not-here`: to an incarnation that isn't this one. */
export type PipedUpgrade =
  | { readonly is: 'genuine'; readonly clientAddress: string; readonly by: string }
  | { readonly is: 'not-here' }
  | { readonly is: 'foreign' };

const PEER_PATHS = '/_gyre/';

/** A path that only other processes have any business at. */
export function isPeerPath(url: string | undefined): boolean {
  return url?.startsWith(PEER_PATHS) ?? false;
}
