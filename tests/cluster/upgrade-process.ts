// A process that runs Gyre with two games, one of which is another in the next build.
import { runHost } from '../support/run-host.ts';
import { changed, ChangedRoom, kept, KeptRoom } from './upgrade-games.ts';

await runHost({
  games: { changed, kept },
  rooms: { changed: ChangedRoom, kept: KeptRoom },
});
