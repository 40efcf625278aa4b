// `npm test`: every check, then every test; `npm test -- <jest arguments>`: only some tests.
// The last line is always `N passed, N failed`, and the exit code tells the same. A failed check counts as a failed test.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const jestArguments = process.argv.slice(2);

const PROJECTS = ['tsconfig.json', 'tsconfig.server.json', 'client-sdk/tsconfig.json', 'web/tsconfig.json'];
const CHECKS = [
  ...PROJECTS.map((project) => ['tsc', '--project', project]).filter(([, , project]) => existsSync(inRoot(project))),
  ['oxlint', '--type-aware', '--deny-warnings'],
  ['oxfmt', '--check'],
  ['knip'],
];

const failedChecks = jestArguments.length > 0 ? 0 : CHECKS.filter((check) => !succeeds(check)).length;
const tests = runJest(jestArguments);
const failed = failedChecks + tests.failed;
console.log(`${tests.passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function succeeds([tool, ...args]) {
  const { status } = run(tool, args);
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: ${[tool, ...args].join(' ')}`);
  return status === 0;
}

function runJest(args) {
  const folder = mkdtempSync(path.join(tmpdir(), 'gyre-test-'));
  const tallyFile = path.join(folder, 'tally.json');
  try {
    const { status } = run('jest', args, {
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`,
      GYRE_TEST_TALLY: tallyFile,
    });
    const tally = existsSync(tallyFile) ? JSON.parse(readFileSync(tallyFile, 'utf8')) : { passed: 0, failed: 0 };
    // Jest can fail beside its tests: a broken configuration, no test found, a set-up that throws.
    return { passed: tally.passed, failed: status === 0 ? tally.failed : Math.max(1, tally.failed) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(tool, args, env = {}) {
  // The tools' files are run by this Node: what `node` means on the path is nobody's promise.
  return spawnSync(process.execPath, [inRoot(`node_modules/.bin/${tool}`), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
}

function inRoot(name) {
  return path.join(root, name);
}
