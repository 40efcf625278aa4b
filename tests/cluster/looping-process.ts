// A process in which a step never ends, as told by its argument, or ends in time.
import { StepWatchdog } from '../../src/cluster/step-watchdog.ts';

const watchdog = new StepWatchdog({ limitMs: 1_000 });
const [stepMs = ''] = process.argv.slice(2);
console.log('stepping');
for (let step = 0; step < 4; step += 1) {
  const untilMs = performance.now() + Number(stepMs);
  watchdog.stepping('m_looping01');
  while (performance.now() < untilMs);
  watchdog.stepped();
}
await watchdog.close();
console.log('done');
