// What the launcher's tests launch in place of the server. It says who it is and why it stops, and takes its time to.
import { onStopRequest } from '../../src/ops/stop-request.ts';

const STOP_TAKES_MS = 100;

onStopRequest((reason) => {
  console.log(`stopping ${reason}`);
  setTimeout(() => {
    console.log('stopped');
    process.exit(Number(process.argv[2] ?? 0));
  }, STOP_TAKES_MS);
});
console.log(`process ${process.pid} node ${process.versions.node}`);
setInterval(() => undefined, 60_000);
