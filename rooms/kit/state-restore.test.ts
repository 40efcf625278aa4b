import { ArraySchema, Decoder, Reflection, type Schema, schema, t } from '@colyseus/schema';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { canonical } from '../../tests/support/state-fuzz/canonical.ts';
import { Random } from '../../tests/support/state-fuzz/random.ts';
import { RestoreError, restoreState, StateEncoder } from './state-codec.ts';

const Player = schema({ name: t.string(), x: t.float32(), tags: t.array('string') }, 'Player');
const World = schema(
  { tick: t.uint32(), players: t.map(Player), order: t.array(Player), leader: t.ref(Player).optional() },
  'World',
);
const player = (name: string, x = 0): InstanceType<typeof Player> =>
  new Player({ name, x, tags: new ArraySchema<string>() });
const Other = schema({ title: t.string(), words: t.array('string') }, 'Other');

function play() {
  const state = new World();
  const encoder = new StateEncoder(state);
  state.players.set('a', player('Ada', 1));
  state.players.set('b', player('Bo', 2));
  state.order.push(player('Cy', 3));
  encoder.encodePatch();
  const full = encoder.encodeFull();
  const { nextRefId } = encoder;
  const patches: Uint8Array[] = [];
  for (let step = 1; step <= 5; step++) {
    state.tick = step;
    state.players.delete('a');
    state.players.set('a', player(`Ada ${step}`, step));
    state.order.unshift(player(`p${step}`));
    state.leader = player(`leader ${step}`);
    patches.push(encoder.encodePatch() as Uint8Array);
  }
  return { state, encoder, full, patches, nextRefId };
}

const exact = (state: Schema): string => canonical(state, { mapOrder: true, mapIndexes: true });

describe('a state read back from its log', () => {
  test('is the state that was, ids, map indexes and all, and goes on from there', () => {
    const { state, encoder, full, patches, nextRefId } = play();
    const restored = restoreState(World, { full, patches, nextRefId });
    expect(exact(restored.state)).toBe(exact(state));
    expect(restored.encoder.nextRefId).toBe(encoder.nextRefId);
    expect(restored.encoder.encodePatch()).toBeNull();
    expect(restored.encoder.encodeFull()).toEqual(encoder.encodeFull());
    for (const each of [state, restored.state]) {
      each.order.splice(1, 2, player('late'));
      each.players.set('c', player('Di'));
    }
    expect(restored.encoder.encodePatch()).toEqual(encoder.encodePatch());
  });

  test('a client keeps its instances, and hears of no change', () => {
    const { encoder, full, patches, nextRefId } = play();
    const client = Reflection.decode<InstanceType<typeof World>>(encoder.handshake());
    client.decode(full, { offset: 1 });
    for (const patch of patches) client.decode(patch, { offset: 1 });
    const ada = client.state.players.get('a');
    const changes: unknown[] = [];
    client.triggerChanges = (all) => changes.push(...all.filter(({ dynamicIndex }) => dynamicIndex !== undefined));
    const restored = restoreState(World, { full, patches, nextRefId });
    client.decodeResync(restored.encoder.encodeFull(), { offset: 1 });
    expect(client.state.players.get('a')).toBe(ada);
    expect(changes).toEqual([]);
  });

  test('ids of instances that are gone are not given again', () => {
    const { state, encoder, full, nextRefId } = play();
    state.players.clear();
    const patch = encoder.encodePatch() as Uint8Array;
    const all = [...play().patches, patch];
    const restored = restoreState(World, { full, patches: all, nextRefId });
    expect(restored.encoder.nextRefId).toBe(encoder.nextRefId);
  });

  test('no constructor and no initialize() runs', () => {
    let runs = 0;
    const Dice = schema(
      {
        seed: t.uint32(),
        initialize() {
          this.seed = ++runs;
        },
      },
      'Dice',
    );
    const state = new Dice();
    const encoder = new StateEncoder(state as Schema);
    encoder.encodePatch();
    const restored = restoreState(Dice, { full: encoder.encodeFull(), patches: [], nextRefId: encoder.nextRefId });
    expect(restored.state.seed).toBe(1);
    expect(runs).toBe(1);
  });
});

describe('bytes that are no state are refused', () => {
  // The library prints what it thinks of broken text, and reads on.
  beforeEach(() => void jest.spyOn(console, 'error').mockImplementation(() => {}));
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const { full, patches, nextRefId } = play();
  const restore = (over: Partial<{ full: Uint8Array; patches: Uint8Array[]; nextRefId: number }>): (() => unknown) => {
    return () => restoreState(World, { full, patches, nextRefId, ...over });
  };

  test('frames of the wrong kind, or none', () => {
    expect(restore({ full: patches[0] as Uint8Array })).toThrow(RestoreError);
    expect(restore({ patches: [full] })).toThrow('Expected a frame with code 15, got 14');
    expect(restore({ full: new Uint8Array() })).toThrow('got an empty one');
  });

  test('a state of another class', () => {
    const encoder = new StateEncoder(new Other({ title: 'x'.repeat(40) }));
    encoder.encodePatch();
    expect(restore({ full: encoder.encodeFull() })).toThrow(RestoreError);
  });

  test('a missing patch that others build on', () => {
    const room = play();
    room.state.players.set('c', player('Di'));
    room.encoder.encodePatch();
    (room.state.players.get('c') as InstanceType<typeof Player>).x = 4;
    const later = room.encoder.encodePatch() as Uint8Array;
    expect(restore({ patches: [...room.patches, later] })).toThrow('which no frame before has brought');
  });

  test('a nextRefId that is too low', () => {
    expect(restore({ nextRefId: 3 })).toThrow('nextRefId 3 is not past instance');
  });

  /** Null if it restored, the error if not. */
  const attempt = (over: Parameters<typeof restore>[0]): unknown => {
    try {
      const { encoder } = restoreState(World, { full, patches, nextRefId, ...over });
      new Decoder(new World()).decode(encoder.encodeFull(), { offset: 1 });
      return null;
    } catch (error) {
      return error;
    }
  };

  test('most cuts of a full state are seen, and none is read past its end', () => {
    const lengths = Array.from({ length: full.length - 1 }, (_, index) => index + 1);
    const errors = lengths.map((length) => attempt({ full: full.subarray(0, length), patches: [] }));
    expect(errors.filter((error) => error !== null && !(error instanceof RestoreError))).toEqual([]);
    expect(errors.filter((error) => error !== null).length).toBeGreaterThan(full.length / 2);
  });

  test('noise gives a RestoreError or a well-typed state, never another error', () => {
    const random = new Random(1);
    const errors = Array.from({ length: 2000 }, () => {
      const bytes = full.slice();
      for (let flips = random.int(1, 4); flips > 0; flips--)
        bytes[random.int(1, bytes.length - 1)] = random.int(0, 255);
      return attempt({ full: bytes, nextRefId: 1e9 });
    });
    expect(errors.filter((error) => error !== null && !(error instanceof RestoreError))).toEqual([]);
    expect(errors.filter((error) => error !== null).length).toBeGreaterThan(500);
  });
});
