/** A server that keeps running: at one address, whatever becomes of its process. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { addressOf, launch, type PostgresProcess, type ServerOptions } from './postgres-process.ts';

export interface Server {
  urlOf(database: string): string;
  stop(): Promise<void>;
}

const PORT_ATTEMPTS = 5;
const PAUSE_MS = 100;
const REVIVAL_PAUSE_MS = 1_000;
/** Another process may take a free port between our look and PostgreSQL's; its old sessions may need a moment to die. */
const WORTH_ANOTHER_TRY = /could not bind|could not create any TCP\/IP sockets|pre-existing shared memory block/;

/** Starts PostgreSQL in an initialised folder, on this port or a free one, and again should it end without being asked to. */
export async function startServer(options: ServerOptions & { readonly port: number | undefined }): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const first = launch(options, port);
    try {
      await first.ready;
      const stop = keepRunning(options, port, first);
      return { urlOf: (database) => addressOf(options, port, database), stop };
    } catch (error) {
      if (attempt >= PORT_ATTEMPTS || !WORTH_ANOTHER_TRY.test(String(error))) throw error;
      await pause(attempt * PAUSE_MS);
    }
  }
}

/** Without this, a PostgreSQL that was killed (out of memory, most likely) would take every request with it for good. */
function keepRunning(options: ServerOptions, port: number, first: PostgresProcess): () => Promise<void> {
  const { log } = options;
  let current = first;
  let stopping = false;
  const watch = async () => {
    for (;;) {
      const how = await current.ended;
      if (stopping) return;
      log.error(`PostgreSQL has ended, starting it again (${how})`);
      current = launch(options, port);
      await current.ready.catch(() => pause(REVIVAL_PAUSE_MS)); // its end is what the next round waits for
    }
  };
  const watched = watch();
  return async () => {
    stopping = true;
    await current.stop();
    await watched;
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
