// A process that runs Gyre with the page and one game more than the page can play, as a studio's own service would.
import { games } from '../../rooms/games.ts';
import { rooms } from '../../rooms/index.ts';
import { ensureWebBuilt } from '../../scripts/build-web.mjs';
import { webFiles } from '../../src/http/web-files.ts';
import { teamRace } from './games.ts';
import { runHost } from './run-host.ts';
import { TeamRaceRoom } from './team-race-room.ts';

const { dist } = await ensureWebBuilt();
await runHost({
  games: { ...games, 'team-race': teamRace },
  rooms: { ...rooms, 'team-race': TeamRaceRoom },
  page: webFiles(dist),
});
