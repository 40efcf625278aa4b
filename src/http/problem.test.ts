import { expect, test } from '@jest/globals';
import { asProblemError } from './problem.ts';

test.each(['ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN'])(
  'a database that is out of reach by %s is a dependency that is away, however deep it is said',
  (code) => {
    const lost = Object.assign(new Error(`connect ${code} 10.0.0.1:5432`), { code, syscall: 'connect' });
    for (const error of [lost, new Error('Failed query', { cause: lost })]) {
      const { code: problem, status } = asProblemError(error);
      expect([problem, status]).toEqual(['dependency-unavailable', 503]);
    }
  },
);

test('the same word from elsewhere is a fault of ours', () => {
  const odd = Object.assign(new Error('open'), { code: 'EHOSTUNREACH', syscall: 'open' });
  expect(asProblemError(odd).code).toBe('internal');
});
