import { ArraySchema, Decoder, Encoder, type Schema, schema, t } from '@colyseus/schema';
import { describe, expect, test } from '@jest/globals';
import { canonical } from '../../tests/support/state-fuzz/canonical.ts';
import type { SchemaClass } from './schema-internals.ts';
import { ROOM_STATE_CODE, ROOM_STATE_PATCH_CODE, StateEncoder, UnrecordableStateError } from './state-codec.ts';

const Card = schema({ rank: t.uint8(), marks: t.array('string') }, 'Card');
const Gold = Card.extend({ shine: t.uint8() }, 'Gold');
const Table = schema(
  {
    round: t.uint8(),
    note: t.string(),
    top: t.ref(Card).optional(),
    board: t.array('uint8'),
    cards: t.array(Card),
    hands: t.map(Card),
    scores: t.map('number'),
  },
  'Table',
);

const card = (rank: number): InstanceType<typeof Card> => new Card({ rank, marks: new ArraySchema<string>() });

/** A room with one client that gets every patch, and newcomers that get the full state. */
function openRoom<S extends Schema>(state: S) {
  const encoder = new StateEncoder(state);
  const connect = (): Decoder<S> => new Decoder(new (state.constructor as SchemaClass<S>)());
  const client = connect();
  const tick = (): Uint8Array | null => {
    const patch = encoder.encodePatch();
    if (patch !== null) client.decode(patch, { offset: 1 });
    return patch;
  };
  const expectAllTheSame = (): void => {
    const newcomer = connect();
    newcomer.decode(encoder.encodeFull(), { offset: 1 });
    const expected = canonical(state, { mapOrder: true });
    expect(canonical(client.state, { mapOrder: true })).toBe(expected);
    expect(canonical(newcomer.state, { mapOrder: true })).toBe(expected);
  };
  tick();
  return { state, encoder, client, tick, expectAllTheSame };
}

describe('frames', () => {
  test('carry the protocol codes, and are the caller’s own', () => {
    const { state, encoder, tick } = openRoom(new Table());
    state.round = 7;
    const patch = tick() as Uint8Array;
    const full = encoder.encodeFull();
    expect(patch[0]).toBe(ROOM_STATE_PATCH_CODE);
    expect(full[0]).toBe(ROOM_STATE_CODE);
    const patchBefore = patch.slice();
    const fullBefore = full.slice();
    state.round = 8;
    state.note = 'something else';
    tick();
    encoder.encodeFull();
    expect(patch).toEqual(patchBefore);
    expect(full).toEqual(fullBefore);
    expect(patch.buffer.byteLength).toBe(patch.length);
  });

  test('nothing changed: no patch', () => {
    const { state, tick } = openRoom(new Table());
    expect(tick()).toBeNull();
    state.round = 4;
    tick();
    state.round = 4;
    expect(tick()).toBeNull();
  });

  test('a full state refuses to run ahead of the patches', () => {
    const { state, encoder, tick } = openRoom(new Table());
    state.round = 3;
    expect(() => encoder.encodeFull()).toThrow('call encodePatch() first');
    tick();
    expect(encoder.encodeFull()[0]).toBe(ROOM_STATE_CODE);
  });

  test('a state larger than the scratch buffer comes out whole, in patch and full state', () => {
    const { state, tick, expectAllTheSame } = openRoom(new Table());
    for (let index = 0; index < 3000; index++) state.scores.set(`a rather long key of player number ${index}`, index);
    tick();
    expectAllTheSame();
    state.top = undefined;
    state.note = 'x'.repeat(400_000);
    tick();
    expectAllTheSame();
  });

  test('an encoder keeps no buffer of its own', () => {
    const before = Encoder.BUFFER_SIZE;
    const encoder = new StateEncoder(new Table());
    expect(Encoder.BUFFER_SIZE).toBe(before);
    const buffers = Object.values(encoder).filter((value) => value instanceof Uint8Array);
    expect(buffers).toEqual([]);
  });
});

describe('what the library alone gets wrong', () => {
  test('unshift of a value that equals the first', () => {
    const { state, tick, expectAllTheSame } = openRoom(new Table());
    state.board.push(5, 6);
    tick();
    state.board.unshift(5);
    tick();
    expectAllTheSame();
  });

  test('an element that becomes 0 behind one that is removed', () => {
    const { state, tick, expectAllTheSame } = openRoom(new Table());
    state.board.push(5, 1, 7, 9);
    tick();
    state.board.shift();
    state.board[1] = 0;
    tick();
    expectAllTheSame();
  });

  test('an element assigned to its own place is still followed', () => {
    const { state, tick, expectAllTheSame } = openRoom(new Table());
    state.cards.push(card(1), card(2));
    tick();
    state.cards[1] = state.cards[1] as InstanceType<typeof Card>;
    tick();
    state.cards[1].rank = 9;
    tick();
    expectAllTheSame();
  });

  test('a key deleted and set again moves to the end of its map for everyone', () => {
    const { state, tick, client, expectAllTheSame } = openRoom(new Table());
    for (const key of ['a', 'b', 'c']) state.scores.set(key, 1);
    tick();
    state.scores.delete('a');
    state.scores.set('a', 1);
    state.scores.set('d', 4);
    tick();
    expect([...client.state.scores.keys()]).toEqual(['b', 'c', 'a', 'd']);
    expectAllTheSame();
  });

  test('an instance changed in the tick in which it leaves, and put back later', () => {
    const { state, tick, expectAllTheSame } = openRoom(new Table());
    const kept = card(1);
    kept.marks.push('old');
    state.hands.set('a', kept);
    state.cards.push(card(3));
    tick();
    kept.marks.push('new');
    kept.rank = 4;
    state.hands.delete('a');
    tick();
    kept.marks.shift();
    state.cards.push(kept);
    tick();
    kept.rank = 5;
    tick();
    expectAllTheSame();
  });

  test('a map changed in the tick in which it leaves, and put back later', () => {
    const Bag = schema({ counts: t.map('uint8') }, 'Bag');
    const Shelf = schema({ bags: t.map(Bag) }, 'Shelf');
    const { state, tick, expectAllTheSame } = openRoom(new Shelf());
    const bag = new Bag();
    for (const key of ['a', 'b', 'c']) bag.counts.set(key, 1);
    state.bags.set('x', bag);
    tick();
    bag.counts.set('c', 2);
    bag.counts.delete('a');
    bag.counts.set('a', 7);
    state.bags.delete('x');
    tick();
    bag.counts.set('b', 3);
    state.bags.set('y', bag);
    tick();
    expectAllTheSame();
  });

  test('field 21, deleted and set behind a t.ref(), is not taken for the id of a class', () => {
    const fields: Record<string, unknown> = {};
    for (let index = 0; index < 20; index++) fields[`f${index}`] = t.uint8();
    const Wide = schema(
      { ...(fields as { f0: ReturnType<typeof t.uint8> }), f20: t.ref(Card), f21: t.array('uint8') },
      'Wide',
    );
    const { state, tick, expectAllTheSame } = openRoom(new Wide());
    state.f20 = card(2);
    state.f21 = new ArraySchema(1, 2);
    tick();
    expectAllTheSame();
  });

  test('a client that comes back forgets fields that were unset meanwhile', () => {
    const { state, encoder, client } = openRoom(new Table());
    state.note = 'old';
    state.top = card(1);
    client.decode(encoder.encodePatch() as Uint8Array, { offset: 1 });
    Object.assign(state, { note: undefined });
    state.top = undefined;
    encoder.encodePatch();
    client.decodeResync(encoder.encodeFull(), { offset: 1 });
    expect(client.state.note).toBeUndefined();
    expect(client.state.top).toBeUndefined();
  });

  test('half a surrogate pair, in a field, an element or a key, harms nothing around it', () => {
    const { state, encoder, client, tick } = openRoom(new Table());
    state.note = 'x\ud800';
    state.hands.set('k\udc00', card(3));
    state.hands.get('k\udc00')?.marks.push('\ud83d', 'fine');
    state.round = 7;
    tick();
    const newcomer = new Decoder(new Table());
    newcomer.decode(encoder.encodeFull(), { offset: 1 });
    for (const { state: seen } of [client, newcomer]) {
      expect([seen.note, seen.round, [...seen.hands.keys()]]).toEqual(['x\ufffd', 7, ['k\ufffd']]);
      expect(seen.hands.get('k\ufffd')?.marks.toArray()).toEqual(['\ufffd', 'fine']);
    }
  });

  test('instances that are gone leave nothing behind', () => {
    const { state, tick } = openRoom(new Table());
    for (let round = 0; round < 50; round++) {
      state.hands.set('bullet', card(round));
      tick();
    }
    expect(Object.keys(rootOf(state).refCount).length).toBeLessThan(12);
  });
});

describe('what a restore could not bring back is refused when it is seen', () => {
  test('one instance in two places', () => {
    const { state, encoder } = openRoom(new Table());
    const shared = card(1);
    state.hands.set('a', shared);
    state.top = shared;
    expect(() => encoder.encodePatch()).toThrow(UnrecordableStateError);
    expect(() => new StateEncoder(state)).not.toThrow();
  });

  test('the message names both places', () => {
    const { state, encoder } = openRoom(new Table());
    const shared = card(1);
    state.cards.push(shared);
    state.hands.set('a', shared);
    expect(() => encoder.encodePatch()).toThrow('The same instance is at state.cards[0] and at state.hands["a"]');
  });

  test('passing through two places within a tick is fine', () => {
    const { state, tick, expectAllTheSame } = openRoom(new Table());
    state.hands.set('a', card(1));
    tick();
    state.hands.set('b', state.hands.get('a') as InstanceType<typeof Card>);
    state.hands.delete('a');
    state.cards.push(card(4), card(5));
    [state.cards[0], state.cards[1]] = [state.cards[1] as never, state.cards[0] as never];
    tick();
    expectAllTheSame();
  });

  test('a property that is no field', () => {
    const { state, encoder } = openRoom(new Table());
    const odd = Object.assign(card(1), { lastSeen: 3 });
    state.cards.push(odd);
    encoder.encodePatch();
    expect(() => encoder.encodeFull()).toThrow('state.cards[0] (Card) has the property "lastSeen"');
  });

  test.each(['constructor', 'toString', '__proto__'])('the map key %s', (key) => {
    const { state, encoder } = openRoom(new Table());
    state.scores.set(key, 1);
    expect(() => encoder.encodePatch()).toThrow(`can't have the key "${key}"`);
  });

  test('an array element set to undefined, or past the end', () => {
    const first = openRoom(new Table());
    first.state.cards.push(card(1), card(2));
    first.tick();
    Object.assign(first.state.cards, { 0: undefined });
    expect(() => first.encoder.encodePatch()).toThrow('splice()');
    const second = openRoom(new Table());
    second.state.board[4] = 1;
    expect(() => second.encoder.encodePatch()).toThrow('push()');
  });

  test('a subclass stands where its class may', () => {
    const { state, tick, client, expectAllTheSame } = openRoom(new Table());
    state.cards.push(new Gold({ rank: 1, marks: new ArraySchema<string>(), shine: 9 }));
    tick();
    expect(client.state.cards[0]).toBeInstanceOf(Gold);
    expectAllTheSame();
  });
});

test('what is taken out and put back is another instance to everybody, as a client that was away for the first may still hold the old one [CL-45]', () => {
  const { state, encoder, tick, expectAllTheSame } = openRoom(new Table());
  const away = new Decoder(new Table());
  const first = new Card({ rank: 1, marks: new ArraySchema('a', 'b') });
  state.top = first;
  tick();
  away.decode(encoder.encodeFull(), { offset: 1 });
  // While it is away, the card is changed and another one lies on top.
  Reflect.set(first, 'marks', undefined);
  tick();
  state.top = card(2);
  tick();
  away.decodeResync(encoder.encodeFull(), { offset: 1 });
  state.top = first;
  const patch = tick() as Uint8Array;
  away.decode(patch, { offset: 1 });
  expect(canonical(away.state, { mapOrder: true })).toBe(canonical(state, { mapOrder: true }));
  expectAllTheSame();
});

function rootOf(state: Schema): { readonly refCount: Record<number, number> } {
  const tree = Reflect.get(state, Symbol.for('$changes')) as { root: { refCount: Record<number, number> } };
  return tree.root;
}
