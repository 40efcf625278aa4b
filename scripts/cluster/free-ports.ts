import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that the kernel gives to connections, so that none takes one while its process is down. */
const PORTS = { from: 20_000, count: 12_000 };

/** Ports of 127.0.0.1 that nobody listens on: they must be known before who takes them starts. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = PORTS.from + Math.floor(Math.random() * PORTS.count);
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    probe.listen(port, '127.0.0.1');
    await once(probe, 'listening');
  } catch {
    return false;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}
