/** What the guard has found out about a request, for whoever handles it later. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { newRequestId } from '../store/ids.ts';
import { clientAddress } from './client-address.ts';

export interface RequestInfo {
  /** `r_…`, sent back as `X-Request-Id`. */
  readonly requestId: string;
  /** The client's address. */
  readonly address: string;
  readonly startedAtMs: number;
  /** As it came; its query carries secrets. */
  readonly url: string;
  /** The client waits for `100 Continue` before it sends its body. */
  expectsContinue: boolean;
  /** Path of the route that took the request; null if none did. */
  route: string | null;
  /** The process of the cluster that has passed on this upgrade; null: none has. */
  readonly pipedBy: string | null;
}

const INFO = Symbol('request info');
/** On the request itself: a WeakMap that gains and loses an entry with each request keeps the garbage collector busy. */
type Registered = IncomingMessage & { [INFO]?: RequestInfo };
const DIRECT_ADDRESS = Symbol('direct address');
type Located = Socket & { [DIRECT_ADDRESS]?: string };

/** @param piped the client's address, by the word of another process that passes the request on; left out: none does */
export function registerRequest(
  req: IncomingMessage,
  trustedProxyHops: number,
  piped?: { readonly clientAddress: string; readonly by: string },
): RequestInfo {
  const info: RequestInfo = {
    requestId: newRequestId(),
    address: piped?.clientAddress ?? addressOf(req, trustedProxyHops),
    startedAtMs: performance.now(),
    url: req.url ?? '',
    expectsContinue: false,
    route: null,
    pipedBy: piped?.by ?? null,
  };
  (req as Registered)[INFO] = info;
  return info;
}

/** Registers a request that came past the guard, such as one that a test makes itself. */
export function infoOf(req: IncomingMessage): RequestInfo {
  return (req as Registered)[INFO] ?? registerRequest(req, 0);
}

/** What may be logged of an address. */
export function pathOf({ url }: RequestInfo): string {
  return url.split(/[?#]/)[0] ?? '';
}

/** Without proxies it is the same for all requests of a connection. */
function addressOf({ socket, headers }: IncomingMessage, trustedProxyHops: number): string {
  const { remoteAddress } = socket;
  if (trustedProxyHops > 0) return clientAddress(remoteAddress, headers['x-forwarded-for'], trustedProxyHops);
  return ((socket as Located)[DIRECT_ADDRESS] ??= clientAddress(remoteAddress, undefined, 0));
}
