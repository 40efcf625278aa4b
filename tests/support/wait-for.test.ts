import { describe, expect, test } from '@jest/globals';
import { waitFor } from './wait-for.ts';

describe('waitFor', () => {
  test('gives back what the condition gave once it is truthy', async () => {
    let looks = 0;
    expect(await waitFor(() => ++looks >= 3 && looks, { everyMs: 1 })).toBe(3);
  });

  test('names what did not come in time, with what the condition threw last', async () => {
    const never = () => Promise.reject(new Error('still closed'));
    await expect(waitFor(never, { timeoutMs: 20, what: 'the door' })).rejects.toMatchObject({
      message: 'the door did not come within 20 ms',
      cause: { message: 'still closed' },
    });
  });
});
