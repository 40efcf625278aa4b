import { describe, expect, test } from '@jest/globals';
import { beaconsAt } from '../../loadtest/chaos/beacon-rules.ts';
import { ClientSight } from '../../loadtest/chaos/players/client-sight.ts';
import { MatchSightings } from '../../loadtest/chaos/players/match-sightings.ts';
import { FieldState } from '../../loadtest/chaos/servers/field-game.ts';
import { placeSeats, say, stepField } from '../../loadtest/chaos/servers/field-steps.ts';

const STEP_MS = 50;

interface View {
  tick: number;
  life: number;
  owner: string;
  tallies: { count: number; sum: number; last: number; repeats: number }[];
  beacons: Map<string, object>;
}

function viewAt(tick: number, { owner = 'a', life = 1, said = 0 } = {}): View {
  return {
    tick,
    life,
    owner,
    tallies: [{ count: said, sum: said, last: said, repeats: 0 }],
    beacons: new Map(beaconsAt(tick).map((number) => [String(number), {}])),
  };
}

/** The next tick, as a decoder makes it: with the same objects. */
function nextOf(view: View, tick = view.tick + 1): View {
  const beacons = new Map(beaconsAt(tick).map((number) => [String(number), view.beacons.get(String(number)) ?? {}]));
  return { ...view, tick, beacons };
}

function bed() {
  const clock = { nowMs: 0 };
  const sightings = new MatchSightings();
  const client = () => new ClientSight(sightings, () => clock.nowMs);
  return { clock, sightings, client };
}

describe('a room that goes on as it should has nothing against it', () => {
  test('[CL-61] over another owner and a client that begins anew', () => {
    const { client, clock, sightings } = bed();
    const [ann, ben] = [client(), client()];
    let view = viewAt(95);
    for (let step = 0; step < 40; step += 1) {
      view = step === 20 ? { ...nextOf(view), owner: 'b', life: 2 } : nextOf(view);
      clock.nowMs += STEP_MS;
      ann.frame(view);
      if (step < 30) ben.frame(view);
    }
    ben.beginAnew(sightings);
    ben.frame({ ...view, beacons: viewAt(view.tick).beacons });
    for (const { facts } of [ann, ben]) {
      const { frames, contradictions, ticksUndone, objectsReplaced, wrongBeacons, beatsRepeated } = facts;
      expect(frames).toBeGreaterThan(30);
      expect(contradictions).toEqual([]);
      expect([ticksUndone, objectsReplaced, wrongBeacons, beatsRepeated]).toEqual([0, 0, 0, 0]);
    }
    expect(ann.facts.gaps).toEqual([]);
  });

  test('[CL-61] the room lights and puts out the beacons that the rules say', () => {
    const state = new FieldState();
    placeSeats(state, 2);
    for (let tick = 1; tick <= 500; tick += 1) {
      stepField(state, 'a');
      expect([...state.beacons.keys()].map(Number).toSorted((a, b) => a - b)).toEqual([...beaconsAt(tick)]);
    }
    expect([state.tick, state.life]).toEqual([500, 1]);
    stepField(state, 'b');
    expect([state.owner, state.life]).toEqual(['b', 2]);
  });
});

describe('what must not be is found', () => {
  test('[CL-61] a tick that is taken back', () => {
    const { client } = bed();
    const ann = client();
    ann.frame(viewAt(200));
    ann.frame(viewAt(197));
    expect(ann.facts.ticksUndone).toBe(3);
  });

  test('[CL-61] a past that another client saw otherwise', () => {
    const { client } = bed();
    const [ann, ben] = [client(), client()];
    ann.frame(viewAt(200, { said: 7 }));
    ben.frame(viewAt(200, { said: 6 }));
    expect([ann, ben].map(({ facts }) => facts.contradictions.length)).toEqual([0, 1]);
  });

  test('[CL-61] two owners at once, whichever of them is ahead', () => {
    for (const [first, second] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const { client } = bed();
      const [ann, ben] = [client(), client()];
      for (let tick = 100; tick < 110; tick += 1) ann.frame(viewAt(tick, { owner: first }));
      for (let tick = 105; tick < 115; tick += 1) ben.frame(viewAt(tick, { owner: second, life: 2 }));
      expect(ben.facts.contradictions.length).toBeGreaterThan(0);
    }
  });

  test('[CL-61] an owner that says something more after another has gone on from an earlier point', () => {
    const { client } = bed();
    const [ann, ben] = [client(), client()];
    ann.frame(viewAt(100, { owner: 'a' }));
    ben.frame(viewAt(101, { owner: 'b', life: 2 }));
    ann.frame(viewAt(150, { owner: 'a' }));
    ben.frame(viewAt(102, { owner: 'b', life: 2 }));
    expect(ben.facts.contradictions).toHaveLength(1);
  });

  test('[CL-61] an object that was replaced, one that is missing, one too many, and an event told again', () => {
    const { client } = bed();
    const ann = client();
    ann.frame(viewAt(200));
    ann.frame(viewAt(201));
    expect(ann.facts.objectsReplaced).toBe(beaconsAt(201).length);
    const missing = nextOf(viewAt(201));
    missing.beacons.delete(missing.beacons.keys().next().value ?? '');
    ann.frame(missing);
    const many = nextOf(viewAt(202));
    many.beacons.set('1', {});
    ann.frame(many);
    expect(ann.facts.wrongBeacons).toBe(2);
    ann.beat(200);
    ann.beat(200);
    expect(ann.facts.beatsRepeated).toBe(1);
  });

  test('[CL-61] an input that counts twice', () => {
    const state = new FieldState();
    placeSeats(state, 1);
    for (const number of [1, 2, 2, 3]) say(state, 0, number);
    expect(state.tallies[0]).toMatchObject({ count: 4, sum: 8, last: 3, repeats: 1 });
  });

  test('[CL-61] a room that is gone takes all of its ticks with it', () => {
    const { client } = bed();
    const ann = client();
    ann.frame(viewAt(120));
    ann.beginAnew(new MatchSightings());
    ann.frame(viewAt(1));
    expect(ann.facts.ticksUndone).toBe(120);
  });
});

test('[CL-62] a wait is from the last news to the next: a state that comes again is none', () => {
  const { client, clock } = bed();
  const ann = client();
  ann.frame(viewAt(100));
  clock.nowMs = 400;
  ann.frame(nextOf(viewAt(99)));
  clock.nowMs = 900;
  ann.frame(viewAt(101));
  expect(ann.facts.gaps).toEqual([[0, 900]]);
  expect(ann.silentMs).toBe(0);
});
