// A process of the tests of src/cluster: adopts, makes the matches that are missing, counts, and says what was let out.
// It ends by a signal only, or kills itself at the point that it is told of.
import { writeSync } from 'node:fs';
import { Service } from './counting-service.ts';

const [url, dataDir, tickRateHz, newMatches, dieAt] = process.argv.slice(2);
if (url === undefined || dataDir === undefined)
  throw new Error('usage: <database> <data folder> [rate] [matches] [point]');

// Not through a stream: what a killed process still had in its memory was seen by nobody.
const say = (line: string): void => void writeSync(1, `${line}\n`);
const at = (point: string): void => {
  if (dieAt !== undefined && point === dieAt) process.kill(process.pid, 'SIGKILL');
};
const onReleased = (matchId: string, count: number): void => say(`released ${matchId} ${count}`);
const logger = {
  info: () => {},
  warn: () => {},
  error: (fields: object, message: string) => console.error(message, fields),
};

const service = await Service.start({ url, dataDir, tickRateHz: Number(tickRateHz) || null, at, onReleased, logger });
const { adopted, abandoned } = await service.adopt();
for (const matchId of adopted) say(`adopted ${matchId} ${service.rooms.get(matchId)?.count}`);
for (const [matchId, reason] of abandoned) say(`abandoned ${matchId} ${reason}`);
for (const matchId of newMatches?.split(',').filter(Boolean) ?? []) await service.create(matchId);
say('ready');
