import { expect, jest, test } from '@jest/globals';
import { fuzz } from './fuzz.ts';
import { SLOW_ACTS } from './slow-acts.ts';

// The stock SDK tells of reconnections on the console.
for (const method of ['info', 'warn'] as const) jest.spyOn(console, method).mockImplementation(() => {});

// `npm run fuzz -- --seed 7 --seconds 600` does the same for as long as one likes.
test.each([20_261])(
  '[HD-14] seed %d: whatever bad actors send, each costs itself alone, honest players play on, and memory comes back',
  async (seed) => {
    const report = await fuzz({ seed, seconds: 8 });
    expect({ seed, findings: report.findings }).toEqual({ seed, findings: [] });
    // It was a fight: many kinds of act, slow ones too, and honest moves all the while.
    expect(report.outcomes.size).toBeGreaterThan(20);
    expect(SLOW_ACTS.filter(({ name }) => report.outcomes.has(name)).length).toBeGreaterThanOrEqual(5);
    expect(report.honestMoves).toBeGreaterThan(20);
  },
);
