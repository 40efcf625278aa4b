/** Where a WebSocket wants to go: `/{processId}/{roomId}`, behind a process's own prefix if it was called directly. */
const TARGET = /^(\/[A-Za-z0-9_-]{1,64}\/[A-Za-z0-9_-]{1,64})(\?[\x21-\x7e]*)?$/;
/** How a reverse proxy names one of several processes. */
const NAMED_PROCESS = /^\/p\/[A-Za-z0-9_-]{1,64}(?=\/)/;

/**
 * The target without its prefix, query included; null if it can't be a room's.
 * @param ownPrefix the path in `GYRE_DIRECT_ADDRESS`, '' for none
 */
export function upgradeTarget(url: string, ownPrefix: string): string | null {
  const own = ownPrefix !== '' && url.startsWith(`${ownPrefix}/`) ? ownPrefix : '';
  const prefix = own || (NAMED_PROCESS.exec(url)?.[0] ?? '');
  const rest = url.slice(prefix.length);
  if (TARGET.test(rest)) return rest;
  return TARGET.test(url) ? url : null;
}
