import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { arenaFacts, inArena, openArena, sees, stands, untilArena } from './arena-page.ts';
import { audit, overflows } from './audit.ts';
import { usePageService } from './page-service.ts';
import { PHONE } from './player-page.ts';
import { complaintsOf, couple } from './two-players.ts';

const service = usePageService();

interface Touch {
  readonly id: number;
  readonly x: number;
  readonly y: number;
}

/** Fingers on the screen, as the browser's own protocol has them: the library only taps. */
async function fingers(page: Page) {
  const session = await page.context().newCDPSession(page);
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: Touch[]): Promise<unknown> =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints });
  return {
    /** All fingers that are down. */
    put: (...touches: Touch[]) => send('touchStart', touches),
    move: (...touches: Touch[]) => send('touchMove', touches),
    lift: () => send('touchEnd', []),
  };
}

test('[WE-6] [WE-2] two thumbs on a phone: the left one walks, the right one aims and fires', async () => {
  await using both = await couple(service.browser, service.gyre.endpoint, { ann: PHONE });
  const { ann, ben } = both;
  const code = await openArena(ann, service.gyre.endpoint);
  await ben.page.getByLabel('Have a code?').fill(code);
  await ben.press('Join');
  await inArena(ben);
  const { x, shots } = await untilArena(ann, sees('Ben'), 'Ben');
  expect(shots).toBe(0);
  const way = x < 800 ? 1 : -1;
  const thumbs = await fingers(ann.page);
  const left = { id: 1, x: 90, y: 740 };
  const right = { id: 2, x: 300, y: 740 };
  await thumbs.put(left);
  await thumbs.move({ ...left, x: left.x + 60 * way });
  await untilArena(ann, (facts) => (facts.x - x) * way > 30, 'a walk');
  await thumbs.put({ ...left, x: left.x + 60 * way }, right);
  await thumbs.move({ ...left, x: left.x + 60 * way }, { ...right, y: right.y - 50 });
  await untilArena(ann, (facts) => facts.shots >= 2, 'shots');
  await ann.shoot('arena-phone');
  await thumbs.lift();
  await stands(ann);
  const rest = await arenaFacts(ann);
  expect([await audit(ann.page), await overflows(ann.page)]).toEqual([[], []]);
  await ann.page.setViewportSize({ width: 844, height: 390 });
  await ann.page.getByTestId('arena').waitFor();
  expect(await overflows(ann.page)).toEqual([]);
  await ann.shoot('arena-phone-landscape');
  // Lifted thumbs do nothing any more.
  expect((await arenaFacts(ann)).x).toBe(rest.x);
  expect(complaintsOf(both)).toEqual([]);
}, 60_000);
