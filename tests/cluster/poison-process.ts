// A process that runs Gyre with games that end it when they are told to.
import { runHost } from '../support/run-host.ts';
import { poison, PoisonRoom, tally, TallyRoom } from './poison-games.ts';

await runHost({
  games: { poison, tally },
  rooms: { poison: PoisonRoom, tally: TallyRoom },
});
