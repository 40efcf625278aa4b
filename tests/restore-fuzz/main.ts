// `npm run fuzz:restore -- --seed 1 --states 10000`: random states and histories through records, log and restore, by turns
// with the durability `commit` and `snapshot`. Exits with 1 if a seed has failed.
import { parseArgs } from 'node:util';
import { restoreFuzz } from './restore-fuzz.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    states: { type: 'string', default: '1000' },
    steps: { type: 'string', default: '20' },
  },
});
const [seed, states, steps] = [Number(values.seed), Number(values.states), Number(values.steps)];
const startedMs = performance.now();
const { failures, ...report } = restoreFuzz({
  seed,
  states,
  steps,
  onProgress: (done) => process.stderr.write(`\r${done} of ${states} states`),
});
console.log(`\r${states} states from seed ${seed} on, ${Math.round((performance.now() - startedMs) / 1_000)} s`);
for (const [durability, stats] of Object.entries(report)) {
  const { steps: taken, restores, takenBack, returns, keptInstances } = stats;
  console.log(
    `${durability}: ${taken} steps, ${restores} restores (${takenBack} to a state of before), ${returns} clients came back, ${keptInstances} instances kept`,
  );
}
for (const failure of failures.slice(0, 20)) console.log(`FAILED ${failure}`);
console.log(
  `instances replaced, objects added or removed without need, wrong states, printed warnings: ${failures.length}`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
