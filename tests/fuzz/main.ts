// `npm run fuzz -- --seed 7 --seconds 600`: bad actors on a Gyre of its own. Exits with 1 if there is a finding.
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    seconds: { type: 'string', default: '60' },
    only: { type: 'string' },
  },
});
const seed = Number(values.seed);
console.log(`seed ${seed}`);
const { info, warn } = console;
console.info = console.warn = () => {};
const report = await fuzz({
  seed,
  seconds: Number(values.seconds),
  embedded: true,
  onLine: (line) => console.log(line),
  ...(values.only !== undefined && { only: values.only }),
});
Object.assign(console, { info, warn });

for (const [act, outcomes] of [...report.outcomes].toSorted(([a], [b]) => a.localeCompare(b))) {
  const all = [...outcomes].toSorted(([, a], [, b]) => b - a).map(([outcome, count]) => `${outcome} ×${count}`);
  console.log(`  ${act}: ${all.join(', ')}`);
}
const { acts, honestMoves, rounds, before, after } = report;
const mb = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
console.log(`${acts} acts, ${honestMoves} honest moves, ${rounds} rounds`);
for (const [when, held] of [
  ['before', before],
  ['after', after],
] as const) {
  const memory = `heap ${mb(held.heapBytes)} MB, buffers ${mb(held.outsideBytes)} MB, resident ${mb(held.residentBytes)} MB`;
  console.log(`${when}: ${memory}, ${held.sockets} sockets, ${held.timers} timers`);
  console.log(`        longest pause ${held.longestPauseMs} ms`);
}
for (const finding of report.findings) console.log(`FINDING ${finding}`);
const isWell = report.findings.length === 0;
console.log(
  isWell
    ? 'nothing found'
    : `found ${report.findings.length}; again: npm run fuzz -- --seed ${seed} --seconds ${values.seconds}`,
);
process.exit(isWell ? 0 : 1);
