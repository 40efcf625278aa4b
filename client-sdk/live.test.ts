import { expect, test } from '@jest/globals';
import { firstFound, LiveValue } from './live.ts';

test('a listener is called at once, after each change, and not once it was stopped', () => {
  const live = new LiveValue(1);
  const seen: number[] = [];
  const { subscribe } = live;
  const stop = subscribe((view) => seen.push(view));
  live.set(2);
  live.set(2);
  stop();
  live.set(3);
  expect(seen).toEqual([1, 2]);
});

test('views are frozen all the way down', () => {
  const live = new LiveValue({ members: [{ name: 'Ann' }] });
  expect(Object.isFrozen(live.view.members[0])).toBe(true);
  const next = { members: [{ name: 'Bob' }] };
  live.set(next);
  expect(Object.isFrozen(next.members)).toBe(true);
});

test('a listener that unsubscribes, or subscribes another, while it is called disturbs nobody', () => {
  const live = new LiveValue(0);
  const seen: string[] = [];
  const stop = live.subscribe((view) => {
    if (view !== 1) return;
    seen.push('first');
    stop();
    live.subscribe((inner) => seen.push(`late ${inner}`));
  });
  live.subscribe((view) => seen.push(`second ${view}`));
  live.set(1);
  expect(seen).toEqual(['second 0', 'first', 'late 1', 'second 1']);
});

test('firstFound takes the present view too, and gives up with its signal', async () => {
  const live = new LiveValue<string | null>('now');
  const never = new AbortController();
  expect(await firstFound(live, (view) => view, never.signal)).toBe('now');
  live.set(null);
  const later = firstFound(live, (view) => view, never.signal);
  live.set('later');
  expect(await later).toBe('later');
  live.set(null);
  const given = new AbortController();
  const nothing = firstFound(live, (view) => view, given.signal);
  given.abort();
  expect(await nothing).toBeNull();
  expect(live.watched).toBe(false);
});
