import { describe, expect, test } from '@jest/globals';
import type { CampaignFacts, Injected } from '../../loadtest/chaos/campaign.ts';
import { judge, totalsOf } from '../../loadtest/chaos/judge.ts';
import { outagesOf } from '../../loadtest/chaos/outages.ts';
import type { SeatReport } from '../../loadtest/chaos/players/field-player.ts';
import { Latencies } from '../../loadtest/latencies.ts';

const SIGHT: SeatReport['sight'] = {
  frames: 100,
  ticksUndone: 0,
  objectsReplaced: 0,
  wrongBeacons: 0,
  beatsRepeated: 0,
  contradictions: [],
  gaps: [],
};

function seat(change: Partial<SeatReport> = {}): SeatReport {
  return {
    kind: 'sdk',
    name: 'Sdk 1-1',
    matchId: 'm_1',
    seatIndex: 0,
    sent: 3,
    tally: { count: 3, sum: 6, last: 3, repeats: 0 },
    losses: 1,
    reseated: 0,
    roomsLost: 0,
    wireBreaches: [],
    sight: SIGHT,
    ...change,
  };
}

const SCRIBE = { acknowledged: 4, lost: [], doubled: [], stale: [], failures: [] };

function facts(seats: readonly SeatReport[], change: Partial<CampaignFacts> = {}, scribe = {}): CampaignFacts {
  const lag = new Latencies().toJSON();
  const players = { seats, scribes: [{ ...SCRIBE, ...scribe }], wrongResults: [], failures: [], lag };
  return { injected: [], players, swarm: null, selfEnds: [], remarks: [], startedMs: 0, endedMs: 1_000, ...change };
}

function brokenIn(campaign: CampaignFacts): string[] {
  return judge(campaign)
    .filter(({ broken }) => broken.length > 0)
    .map(({ promise }) => promise);
}

describe('verdicts', () => {
  test('[CL-63] players who waited and came back, and plain clients whose last words were lost, are no breach', () => {
    const waited = seat({ sight: { ...SIGHT, gaps: [[0, 9_000]] }, losses: 7 });
    const plain = seat({ kind: 'plain', sent: 5, tally: { count: 3, sum: 9, last: 5, repeats: 0 }, reseated: 2 });
    expect(brokenIn(facts([waited, plain]))).toEqual([]);
    expect(totalsOf(facts([waited, plain])).inputs.plain).toEqual({ sent: 5, lost: 2, doubled: 0 });
  });

  test.each<[what: string, campaign: CampaignFacts, promise: string]>([
    ['a room that is gone', facts([seat({ roomsLost: 1 })]), 'No room'],
    ['a tick undone', facts([seat({ sight: { ...SIGHT, ticksUndone: 1 } })]), 'No tick'],
    ['a contradiction', facts([seat({ sight: { ...SIGHT, contradictions: ['x'] } })]), 'No two owners'],
    ['a lost input', facts([seat({ sent: 4 })]), 'No input'],
    ['an input too many', facts([seat({ sent: 2 })]), 'No input'],
    [
      'a doubled input that hides a lost one',
      facts([seat({ tally: { count: 3, sum: 5, last: 3, repeats: 1 } })]),
      'No input',
    ],
    [
      'inputs that add up to something else',
      facts([seat({ tally: { count: 3, sum: 7, last: 3, repeats: 0 } })]),
      'No input',
    ],
    [
      'a doubled input of a plain client',
      facts([seat({ kind: 'plain', tally: { count: 3, sum: 6, last: 3, repeats: 1 } })]),
      'No input',
    ],
    ['a breach on the wire', facts([seat({ wireBreaches: ['x'] })]), 'No input'],
    ['a replaced object', facts([seat({ sight: { ...SIGHT, objectsReplaced: 1 } })]), 'No object'],
    ['an event told twice', facts([seat({ sight: { ...SIGHT, beatsRepeated: 1 } })]), 'No object'],
    ['a lost write', facts([seat()], {}, { lost: ['x'] }), 'No acknowledged'],
    ['a doubled write', facts([seat()], {}, { doubled: ['x'] }), 'No acknowledged'],
    ['a stale read', facts([seat()], {}, { stale: ['x'] }), 'No acknowledged'],
    ['somebody who did not come back', facts([seat()], { remarks: ['x'] }), 'Everybody'],
  ])('[CL-63] %s breaks one promise', (_what, campaign, promise) => {
    const broken = brokenIn(campaign);
    expect(broken).toHaveLength(1);
    expect(broken[0]).toContain(promise);
  });

  test('[CL-63] a room that several players lost counts once', () => {
    expect(totalsOf(facts([seat({ roomsLost: 2 }), seat({ roomsLost: 1 })])).roomsLost).toBe(2);
  });
});

describe('waits', () => {
  const fault = (index: number, change: Partial<Injected>): Injected => ({
    index,
    kind: 'kill',
    target: 0,
    hitsOwner: true,
    holdMs: 0,
    nextAfterMs: null,
    startMs: 0,
    healedMs: 0,
    quietMs: 0,
    overlaps: false,
    ...change,
  });

  test('[CL-62] belong to the fault that was there when they began; of each player the longest counts', () => {
    const injected = [
      fault(0, { startMs: 1_000, quietMs: 4_000 }),
      fault(1, { kind: 'drain', startMs: 10_000, quietMs: 11_000 }),
      fault(2, { kind: 'drain', startMs: 20_000, quietMs: 21_000 }),
    ];
    const sdk = seat({
      sight: {
        ...SIGHT,
        gaps: [
          [200, 400],
          [980, 3_000],
          [3_200, 3_400],
          [10_050, 10_300],
        ],
      },
    });
    const plain = seat({ kind: 'plain', sight: { ...SIGHT, gaps: [[10_000, 10_900]] } });
    expect(outagesOf(injected, [sdk, plain])).toEqual([
      { fault: 'kill', title: 'SIGKILL', faults: 1, waitsMs: { sdk: [2_020], plain: [] } },
      { fault: 'drain', title: 'drain (SIGTERM)', faults: 2, waitsMs: { sdk: [250], plain: [900] } },
    ]);
  });

  test('[CL-62] of two faults at once nobody can say which it was', () => {
    const injected = [
      fault(0, { startMs: 1_000, quietMs: 4_000, overlaps: true }),
      fault(1, { kind: 'postgres-fast', startMs: 1_500, quietMs: 4_000, overlaps: true }),
    ];
    const [only, ...others] = outagesOf(injected, [seat({ sight: { ...SIGHT, gaps: [[1_600, 3_000]] } })]);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ fault: 'several', faults: 2, waitsMs: { sdk: [1_400] } });
  });
});
