import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Listening there means every address. */
const EVERY = new Set(['0.0.0.0', '::']);

/**
 * Where other processes reach this one, if nobody has said: the address that it listens on, or the machine's first
 * one that is not a loopback one. `host:port`.
 */
export function ownPeerAddress(host: string, port: number): string {
  const address = EVERY.has(host) ? firstAddress() : host;
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

function firstAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const outside = all.filter(({ internal }) => !internal);
  const found = outside.find(({ family }) => family === 'IPv4') ?? outside.find(({ scopeid }) => scopeid === 0);
  return found?.address ?? '127.0.0.1';
}
