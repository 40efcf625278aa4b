// A process that runs Gyre with all games that wire tests play: the shipped ones, team-race and drop-in. It serves the SDK, and no page.
import { games } from '../../rooms/games.ts';
import { rooms } from '../../rooms/index.ts';
import { ensureSdkBuilt } from '../../scripts/build-sdk.mjs';
import { sdkFiles } from '../../src/http/sdk-files.ts';
import { DropInRoom } from './drop-in-room.ts';
import { dropIn, teamRace } from './games.ts';
import { runHost } from './run-host.ts';
import { TeamRaceRoom } from './team-race-room.ts';

const { dist } = await ensureSdkBuilt();
await runHost({
  games: { ...games, 'team-race': teamRace, 'drop-in': dropIn },
  rooms: { ...rooms, 'team-race': TeamRaceRoom, 'drop-in': DropInRoom },
  sdk: sdkFiles(dist),
});
