import { expect, test } from '@jest/globals';
import { Coalescer } from './coalescer.ts';

function start(run: (items: readonly string[]) => Promise<void>) {
  const batches: string[][] = [];
  const errors: unknown[] = [];
  const coalescer = new Coalescer<string>({
    maxBatch: 3,
    onError: (error) => errors.push(error),
    run: async (items) => {
      batches.push([...items]);
      await run(items);
    },
  });
  return { coalescer, batches, errors };
}

test('what happens in one turn is one batch, each item once, and no batch is too large', async () => {
  const { coalescer, batches } = start(async () => undefined);
  for (const item of ['a', 'b', 'a', 'c', 'd', 'b']) coalescer.add(item);
  await coalescer.idle();
  expect(batches).toEqual([['a', 'b', 'c'], ['d']]);
});

test('an item that is added while its batch is under way is done again, after it', async () => {
  let under = 0;
  const { coalescer, batches } = start(async (items) => {
    expect(++under).toBe(1);
    if (batches.length === 1) for (const item of items) coalescer.add(item);
    await new Promise((resolve) => setImmediate(resolve));
    under -= 1;
  });
  coalescer.add('a');
  await coalescer.idle();
  expect(batches).toEqual([['a'], ['a']]);
});

test('a batch that fails is tried again, together with what came meanwhile', async () => {
  const { coalescer, batches, errors } = start(async () => {
    if (batches.length > 1) return;
    coalescer.add('b');
    throw new Error('away');
  });
  coalescer.add('a');
  await coalescer.idle();
  expect(batches).toEqual([['a'], ['b', 'a']]);
  expect(errors).toEqual([new Error('away')]);
});

test('a stopped one does nothing more, also not what failed before', async () => {
  const { coalescer, batches } = start(async () => {
    throw new Error('away');
  });
  coalescer.add('a');
  await new Promise((resolve) => setImmediate(resolve));
  await coalescer.stop();
  coalescer.add('b');
  await coalescer.idle();
  expect(batches).toEqual([['a']]);
});
