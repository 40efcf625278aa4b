import { expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StepMark } from './step-mark.ts';

async function makeFile() {
  const folder = await mkdtemp(path.join(tmpdir(), 'gyre-mark-'));
  return {
    file: path.join(folder, 'inner', 'mark'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/** What the next start finds after `work` and a death. */
function suspectAfter(file: string, work: (mark: StepMark) => void): string | null {
  const mark = new StepMark(file);
  work(mark);
  mark.close();
  const next = new StepMark(file);
  next.close();
  return next.suspect;
}

test('the room that was stepped or restored at a death is the suspect, and nobody is if none was [SV-7]', async () => {
  await using place = await makeFile();
  const after = (work: (mark: StepMark) => void) => suspectAfter(place.file, work);
  expect(after(() => {})).toBe(null);
  expect(after((mark) => mark.stepping('m_aaaaaaaa'))).toBe('m_aaaaaaaa');
  expect(after((mark) => mark.clearSuspect())).toBe(null);
  expect(
    after((mark) => {
      mark.stepping('m_a-long-id-of-thirty-six-characters');
      mark.stepping('m_short00');
    }),
  ).toBe('m_short00');
  expect(after((mark) => mark.stepped())).toBe(null);
  expect(after((mark) => mark.restoring('m_bbbbbbbb'))).toBe('m_bbbbbbbb');
  expect(after((mark) => mark.restored())).toBe(null);
});

test('a room that steps while another is restored is the one whose fault it is [SV-7]', async () => {
  await using place = await makeFile();
  const work = (mark: StepMark) => {
    mark.restoring('m_bbbbbbbb');
    mark.stepping('m_aaaaaaaa');
  };
  expect(suspectAfter(place.file, work)).toBe('m_aaaaaaaa');
});

test('a damaged mark accuses nobody [SV-7]', async () => {
  await using place = await makeFile();
  new StepMark(place.file).close();
  await writeFile(place.file, Buffer.from([0xff, 0xfe, 1, 2, 3]));
  expect(suspectAfter(place.file, () => {})).toBe(null);
});
