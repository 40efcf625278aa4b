import type { Child } from './child.ts';
import type { BenchContext, Subject } from './harness.ts';

const SERVERS: Readonly<Record<string, string>> = {
  Gyre: 'servers/gyre-rooms.ts',
  Colyseus: 'servers/colyseus-rooms.ts',
  ws: 'servers/raw-ws.ts',
  'plain sends': 'servers/plain-sends.ts',
};

/** Starts a subject's server with rooms. */
export async function roomServer(
  { name }: Subject,
  { folder, start }: BenchContext,
  nodeFlags: readonly string[] = [],
): Promise<Child> {
  const file = SERVERS[name];
  if (file === undefined) throw new Error(`${name} has no server.`);
  return await start(file, { options: { dataDir: folder }, nodeFlags });
}
