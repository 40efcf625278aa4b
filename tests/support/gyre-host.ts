// A process that runs Gyre with the shipped games and the SDK, without the page: for tests that kill it.
import { rooms } from '../../rooms/index.ts';
import { games } from '../../rooms/games.ts';
import { ensureSdkBuilt } from '../../scripts/build-sdk.mjs';
import { sdkFiles } from '../../src/http/sdk-files.ts';
import { runHost } from './run-host.ts';

const { dist } = await ensureSdkBuilt();
await runHost({ games, rooms, sdk: sdkFiles(dist) });
