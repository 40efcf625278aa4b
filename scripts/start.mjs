// The one door to everything: `node scripts/start.mjs <script> [arguments]`.
//
// It runs on whatever Node the machine has (16 or newer) and nothing installed, so it uses no dependency, no syntax of
// late and no TypeScript. It installs what is missing, then runs the script on the project's own Node 24.
import { fileURLToPath } from 'url';
import { ensureInstalled } from './launch/install.mjs';
import { ownNode } from './launch/own-node.mjs';
import { supervise } from './launch/supervise.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const script = process.argv[2];

if (!script) {
  console.error('usage: node scripts/start.mjs <script> [arguments]');
  process.exit(2);
}
try {
  ensureInstalled(root);
  supervise(ownNode(root), process.argv.slice(2), root);
} catch (error) {
  console.error('Gyre cannot start: ' + error.message);
  process.exit(1);
}
