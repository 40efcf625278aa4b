// A process that runs an embedded PostgreSQL until it is killed: `node embedded-host.ts <data folder>`.
import { startEmbeddedPostgres } from '../../src/store/embedded.ts';

const ignore = () => undefined;
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const server = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? '', log });
console.log(server.url);
setInterval(ignore, 60_000);
