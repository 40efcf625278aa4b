/** Where a process is reached, as `net.connect` and `http.request` take it. */
export interface PeerAddress {
  readonly host: string;
  readonly port: number;
}

const ADDRESS = /^(?:\[([\da-fA-F:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/;

/**
 * Reads `host:port`; an IPv6 address stands in brackets.
 * @throws Error for anything else
 */
export function readPeerAddress(address: string): PeerAddress {
  const [, ipv6, name, port] = ADDRESS.exec(address) ?? [];
  const host = ipv6 ?? name;
  if (host === undefined || Number(port) > 65_535) throw new Error(`"${address}" is no host:port`);
  return { host, port: Number(port) };
}

/**
 * Whether nobody listens at any of a name's addresses: the process that was there is no more. Other failures to connect tell nothing
 * about it.
 */
export function isRefusedConnection(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0) {
    return error.errors.every(isRefusedConnection);
  }
  return 'code' in error && error.code === 'ECONNREFUSED';
}
