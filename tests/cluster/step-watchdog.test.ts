import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from '@jest/globals';

const SCRIPT = path.join(import.meta.dirname, 'looping-process.ts');

function run(stepMs: number) {
  const env = { ...process.env, NODE_OPTIONS: '' };
  return spawnSync(process.execPath, [SCRIPT, String(stepMs)], { env, encoding: 'utf8', timeout: 30_000 });
}

test('[SV-12] a step that does not end ends its process, and the match is named', () => {
  const { signal, stdout, stderr } = run(Infinity);
  expect([signal, stdout]).toEqual(['SIGKILL', 'stepping\n']);
  expect(stderr).toContain('"matchId":"m_looping01"');
});

test('[SV-12] steps that end in time do not, however many there are', () => {
  const { status, stdout, stderr } = run(300);
  expect([status, stdout, stderr]).toEqual([0, 'stepping\ndone\n', '']);
});
