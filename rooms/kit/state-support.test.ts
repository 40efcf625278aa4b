import { Schema, schema, t } from '@colyseus/schema';
import { describe, expect, test } from '@jest/globals';
import { assertRecordable, UnrecordableStateError } from './state-codec.ts';
import type { SchemaClass } from './schema-internals.ts';
import { stateFingerprint } from './state-fingerprint.ts';

const Item = schema({ name: t.string() }, 'Item');

describe('what a game’s state may be made of', () => {
  test('primitives, quantized, arrays, maps, nested and inherited schemas', () => {
    const Sub = Item.extend({ size: t.float64() }, 'Sub');
    const State = schema(
      { a: t.int64(), b: t.boolean().optional(), c: t.angle(), d: t.array('string'), e: t.map(Sub), f: t.ref(Item) },
      'State',
    );
    expect(() => assertRecordable(State)).not.toThrow();
  });

  test.each([
    ['a set', { bad: t.set('string') }, 't.set()', 't.map() or t.array()'],
    ['a collection', { bad: t.collection(Item) }, 't.collection()', 't.map() or t.array()'],
    ['a stream', { bad: t.stream(Item) }, '.stream()', 't.map()'],
    ['a streamed map', { bad: t.map(Item).stream() }, '.stream()', 't.map()'],
    ['a view', { bad: t.string().view() }, '.view()', 'messages'],
    ['an unreliable field', { bad: t.uint8().unreliable() }, '.unreliable()', 'leave the option away'],
    ['a patch-only field', { bad: t.uint8().patchOnly() }, '.patchOnly()', 'message'],
    ['a full-state-only field', { bad: t.uint8().fullStateOnly() }, '.fullStateOnly()', 'leave the option away'],
    ['a deprecated field', { bad: t.uint8().deprecated() }, '.deprecated()', 'remove the field'],
    ['a local field', { bad: t.uint8().noSync().default(1) }, '.noSync()', 'keep'],
    ['a bigint', { bad: t.bigint64() }, 't.bigint64()', 't.int64()'],
    ['bigints in a map', { bad: t.map('biguint64') }, 't.biguint64()', 't.uint64()'],
  ])('[RM-10, CL-46] %s is refused, with the way out', (_, fields, problem, wayOut) => {
    const Bad = schema(fields as never, 'Bad') as unknown as SchemaClass;
    const State = schema({ list: t.array(Bad as never) }, 'State') as unknown as SchemaClass;
    const check = (): void => assertRecordable(State);
    expect(check).toThrow(UnrecordableStateError);
    expect(check).toThrow(`State class "Bad", field "bad": ${problem}`);
    expect(check).toThrow(wayOut);
  });

  test('a class that schema() did not make', () => {
    class Hand extends Schema {}
    expect(() => assertRecordable(Hand)).toThrow('State class "Hand" was not made with schema()');
  });
});

describe('the fingerprint of a state class', () => {
  const make = (fields: Record<string, unknown>): SchemaClass => schema(fields as never, 'State');

  test('is the same for the same fields, and 64 hex digits', () => {
    const first = stateFingerprint(make({ a: t.uint8(), b: t.map(Item) }));
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(stateFingerprint(make({ a: t.uint8(), b: t.map(Item) }))).toBe(first);
  });

  test('differs with a name, an order, a type, or a nested class', () => {
    const Renamed = schema({ title: t.string() }, 'Item');
    const prints = [
      make({ a: t.uint8(), b: t.map(Item) }),
      make({ b: t.map(Item), a: t.uint8() }),
      make({ a: t.uint16(), b: t.map(Item) }),
      make({ a2: t.uint8(), b: t.map(Item) }),
      make({ a: t.uint8(), b: t.array(Item) }),
      make({ a: t.uint8(), b: t.map(Renamed as never) }),
    ].map(stateFingerprint);
    expect(new Set(prints).size).toBe(prints.length);
  });
});
