// A process that ends in the way that its argument names, with a watchdog that leaves its last words in the database.
import { StepWatchdog } from '../../src/cluster/step-watchdog.ts';

const [how = '', connectionString = '', incarnation = ''] = process.argv.slice(2);
const watchdog = new StepWatchdog({ obituary: { connectionString, incarnation } });
const eaten: number[][] = [];

const ways: Readonly<Record<string, () => unknown>> = {
  'exits in a step': () => {
    watchdog.stepping('m_exiting001');
    process.exit(3);
  },
  'exits after a step': () => {
    watchdog.stepping('m_exiting001');
    watchdog.stepped();
    process.exit(3);
  },
  'throws where nobody catches it': () => {
    throw new Error('nobody catches this');
  },
  'eats its memory': function eat(): void {
    eaten.push(Array<number>(1_000_000).fill(0.5));
    setImmediate(eat);
  },
  'is killed': () => process.kill(process.pid, 'SIGKILL'),
  'stops in order': async () => {
    await watchdog.close();
    process.exit(1);
  },
};
// The thread is to be there when it happens, as it is by the time that a room begins.
setTimeout(() => void ways[how]?.(), 500);
