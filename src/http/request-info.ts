/** What the guard has found out about a request, for whoever handles it later. */
import type { IncomingMessage } from 'node:http';
import { newId } from '../store/ids.ts';
import { clientAddress } from './client-address.ts';

export interface RequestInfo {
  /** `r_…`, sent back as `X-Request-Id`. */
  readonly requestId: string;
  /** The client's address. */
  readonly address: string;
  readonly startedAtMs: number;
  /** Of the address as it came, without its query: that carries secrets. */
  readonly path: string;
  /** The client waits for `100 Continue` before it sends its body. */
  expectsContinue: boolean;
  /** Path of the route that took the request; null if none did. */
  route: string | null;
}

const INFO = Symbol('request info');
/** On the request itself: a WeakMap that gains and loses an entry with each request keeps the garbage collector busy. */
type Registered = IncomingMessage & { [INFO]?: RequestInfo };

export function registerRequest(req: IncomingMessage, trustedProxyHops: number): RequestInfo {
  const info: RequestInfo = {
    requestId: newId('r'),
    address: clientAddress(req.socket.remoteAddress, req.headers['x-forwarded-for'], trustedProxyHops),
    startedAtMs: performance.now(),
    path: (req.url ?? '').split(/[?#]/)[0] ?? '',
    expectsContinue: false,
    route: null,
  };
  (req as Registered)[INFO] = info;
  return info;
}

/** Registers a request that came past the guard, such as one that a test makes itself. */
export function infoOf(req: IncomingMessage): RequestInfo {
  return (req as Registered)[INFO] ?? registerRequest(req, 0);
}
