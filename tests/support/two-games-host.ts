// A process that runs Gyre with the page and one game more than the page can play, as a studio's own service would.
import { games } from '../../rooms/games.ts';
import { rooms } from '../../rooms/index.ts';
import { ensureWebBuilt } from '../../scripts/build-web.mjs';
import { readConfig } from '../../src/config.ts';
import { webFiles } from '../../src/http/web-files.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { onStopRequest } from '../../src/ops/stop-request.ts';
import { resolveSecret } from '../../src/secret.ts';
import { startGyre } from '../../src/start-gyre.ts';
import { teamRace } from './games.ts';
import { TeamRaceRoom } from './team-race-room.ts';

const config = await resolveSecret(readConfig(process.env));
const { dist } = await ensureWebBuilt();
const gyre = await startGyre({
  games: { ...games, 'team-race': teamRace },
  rooms: { ...rooms, 'team-race': TeamRaceRoom },
  config,
  log: createLogger(config.logLevel),
  build: 'test',
  page: webFiles(dist),
  onFenced: () => process.exit(70),
});
onStopRequest(() => {
  void gyre.stop().then((unclean) => process.exit(unclean.length));
});
