// A process that runs Gyre with all games that wire tests play: the shipped ones, team-race and drop-in. It serves the SDK, and no page.
import { games } from '../../rooms/games.ts';
import { rooms } from '../../rooms/index.ts';
import { ensureSdkBuilt } from '../../scripts/build-sdk.mjs';
import { readConfig } from '../../src/config.ts';
import { sdkFiles } from '../../src/http/sdk-files.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { onStopRequest } from '../../src/ops/stop-request.ts';
import { resolveSecret } from '../../src/secret.ts';
import { startGyre } from '../../src/start-gyre.ts';
import { DropInRoom } from './drop-in-room.ts';
import { dropIn, teamRace } from './games.ts';
import { TeamRaceRoom } from './team-race-room.ts';

const config = await resolveSecret(readConfig(process.env));
const { dist } = await ensureSdkBuilt();
const gyre = await startGyre({
  games: { ...games, 'team-race': teamRace, 'drop-in': dropIn },
  rooms: { ...rooms, 'team-race': TeamRaceRoom, 'drop-in': DropInRoom },
  config,
  log: createLogger(config.logLevel),
  build: 'test',
  sdk: sdkFiles(dist),
  onFenced: () => process.exit(70),
});
onStopRequest(() => {
  void gyre.stop().then((unclean) => process.exit(unclean.length));
});
