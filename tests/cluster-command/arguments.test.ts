import path from 'node:path';
import { expect, test } from '@jest/globals';
import { readArguments } from '../../scripts/cluster/arguments.ts';

test('[CL-55] without arguments: four processes, the usual port, the view beside it, eight robots', () => {
  const dataDir = path.resolve('data/cluster');
  expect(readArguments([], {})).toEqual({ processes: 4, port: 2567, viewPort: 2568, bots: 8, dataDir });
  expect(readArguments([], { PORT: '3000' })).toMatchObject({ port: 3000, viewPort: 3001 });
  expect(readArguments(['--port', '0'], { PORT: '3000' })).toMatchObject({ port: 0, viewPort: 0 });
});

test.each([
  ['--processes', '0'],
  ['--processes', '17'],
  ['--processes', '2.5'],
  ['--port', '65536'],
  ['--bots', '7'],
  ['--bots', '-2'],
])('%s %s is refused by name', (name, value) => {
  expect(() => readArguments([`${name}=${value}`], {})).toThrow(name);
});

test('an unknown argument is refused', () => {
  expect(() => readArguments(['--nodes', '3'], {})).toThrow('--nodes');
});
