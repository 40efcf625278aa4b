import { Protocol } from '@colyseus/core';
import {
  type ArraySchema,
  type ChangeTree,
  Decoder,
  Encoder,
  type MapSchema,
  OPERATION,
  Root,
  schema,
  t,
} from '@colyseus/schema';
import { describe, expect, test } from '@jest/globals';
import {
  arrayItems,
  changeTreeOf,
  childTypeOf,
  createBlank,
  createBlankForDecoder,
  createBufferlessEncoder,
  decodeOperation,
  describeTypes,
  endDecode,
  fieldAt,
  fieldsOf,
  hasQueuedChanges,
  journalOf,
  nextRefIdOf,
  refIdOf,
  schemaDefaultsOf,
  setRefId,
  stagedDeletes,
  SWITCH_TO_STRUCTURE,
  TYPE_ID,
  typesOf,
  visitQueuedTrees,
  watchDecodedRefs,
} from './schema-internals.ts';
import { ROOM_STATE_CODE, ROOM_STATE_PATCH_CODE } from './state-codec.ts';

/** When an upgrade of `@colyseus/schema` fails here, read its source before touching the codec: the fuzz is the judge. */

const Leaf = schema({ n: t.uint8() }, 'Leaf');
const Twig = Leaf.extend({ m: t.uint8() }, 'Twig');
const Tree = schema({ leaf: t.ref(Leaf), leaves: t.array(Leaf), byName: t.map(Leaf), angle: t.angle() }, 'Tree');

function grown() {
  const state = new Tree();
  state.leaves.push(new Leaf({ n: 1 }), new Leaf({ n: 2 }));
  state.byName.set('a', new Leaf({ n: 3 }));
  const root = new Root(typesOf(Tree), 10);
  const encoder = createBufferlessEncoder(state, root, (bytes) => new Uint8Array(bytes));
  const scratch = new Uint8Array(1024);
  const encode = (): Uint8Array => {
    const bytes = encoder.encode({ offset: 0 }, undefined, scratch).slice();
    encoder.discardChanges();
    return bytes;
  };
  return { state, root, encoder, encode };
}

describe('what the codec relies on in @colyseus/schema', () => {
  test('protocol codes, operations and marks are those of the wire', () => {
    expect([ROOM_STATE_CODE, ROOM_STATE_PATCH_CODE]).toEqual([Protocol.ROOM_STATE, Protocol.ROOM_STATE_PATCH]);
    const { ADD, REPLACE, DELETE, DELETE_AND_ADD, CLEAR, MOVE, DELETE_BY_REFID } = OPERATION;
    expect([ADD, REPLACE, DELETE, DELETE_AND_ADD, CLEAR, MOVE, DELETE_BY_REFID]).toEqual([128, 0, 64, 192, 10, 32, 33]);
    expect([SWITCH_TO_STRUCTURE, TYPE_ID]).toEqual([255, 213]);
  });

  test('a class tells its fields, its parents’ first, and its defaults', () => {
    expect(fieldsOf(Twig).map(({ name, index }) => [name, index])).toEqual([
      ['n', 0],
      ['m', 1],
    ]);
    expect(fieldAt(Tree, 1)?.type).toEqual({ array: Leaf });
    expect(fieldAt(Tree, 4)).toBeUndefined();
    expect(schemaDefaultsOf(schema({ a: t.uint8().noSync().default(3) }, 'Local'))?.()).toEqual({ a: 3 });
    expect(describeTypes(Tree).length).toBeGreaterThan(10);
  });

  test('blank instances record, or decode, without a constructor', () => {
    expect(changeTreeOf(createBlank(Tree))._isSchema).toBe(true);
    expect(createBlank(Tree).leaves).toBeUndefined();
    expect(Object.keys(createBlank(Tree))).toEqual([]);
    expect(createBlankForDecoder(Tree)).toBeInstanceOf(Tree);
  });

  test('ids go on from where the root was told to, and one that is there is kept', () => {
    const { state, root } = grown();
    expect(refIdOf(state)).toBe(10);
    const known = new Leaf();
    setRefId(known, 77);
    state.leaves.push(known);
    expect(refIdOf(known)).toBe(77);
    expect(nextRefIdOf(root)).toBe(17);
    expect(Object.keys(known)).toEqual([]);
  });

  test('the queue holds what changed, and encodes from what is noted in the trees', () => {
    const { state, root, encode } = grown();
    encode();
    expect(hasQueuedChanges(root)).toBe(false);
    state.leaves.push(new Leaf({ n: 9 }));
    const queued: ChangeTree[] = [];
    visitQueuedTrees(root, (tree) => queued.push(tree));
    const [first] = queued as [ChangeTree];
    expect(first.isArray).toBe(true);
    expect(first.refTarget).not.toBe(state.leaves);
    expect([...(first.collDirty ?? [])]).toEqual([[2, OPERATION.ADD]]);
    first.collDirty = new Map([[1, OPERATION.ADD]]);
    const seen: number[] = [];
    first.encDescriptor = {
      ...first.encDescriptor,
      encoder: (_encoder, bytes, _tree, index, _operation, it) => {
        seen.push(index);
        bytes[it.offset++] = OPERATION.CLEAR;
      },
    };
    encode();
    expect(seen).toEqual([1]);
    expect(first.collDirty.size).toBe(0);
  });

  test('an array keeps its elements and staged deletes, a map its journal', () => {
    const { state, root, encode } = grown();
    encode();
    const array = changeTreeOf(state.leaves).refTarget as ArraySchema;
    state.leaves.shift();
    expect(arrayItems(array)).toHaveLength(1);
    expect(stagedDeletes(array)[0]).toBe(true);
    expect(childTypeOf(array)).toBe(Leaf);
    const journal = journalOf(state.byName as MapSchema);
    expect([journal.indexByKey['a'], journal.keyByIndex.get(0), journal.nextIndex]).toEqual([0, 'a', 1]);
    expect(journal.assign('z')).toBe(1);
    expect(root.refCount[refIdOf(state.leaf) as number]).toBe(1);
  });

  test('what leaves the root is counted down to 0 and let go; what needs restaging is encoded anew', () => {
    const { state, root, encode } = grown();
    const leaf = state.byName.get('a') as InstanceType<typeof Leaf>;
    const refId = refIdOf(leaf) as number;
    encode();
    state.byName.delete('a');
    const tree = changeTreeOf(leaf);
    expect([tree.root, root.refCount[refId]]).toEqual([undefined, 0]);
    delete root.refCount[refId];
    tree.needsRestage = true;
    encode();
    state.byName.set('b', leaf);
    expect(tree.operationAt(0)).toBe(OPERATION.ADD);
  });

  test('no buffer is allocated, and growing asks us', () => {
    const state = new Tree();
    const asked: number[] = [];
    const encoder = createBufferlessEncoder(state, new Root(typesOf(Tree)), (bytes) => {
      asked.push(bytes);
      return new Uint8Array(bytes);
    });
    expect(encoder.sharedBuffer.length).toBe(0);
    expect(Encoder.BUFFER_SIZE).toBeGreaterThan(1000);
    const bytes = encoder.encode({ offset: 0 }, undefined, new Uint8Array(1)).slice();
    expect(asked).toEqual([bytes.length]);
    new Decoder(new Tree()).decode(bytes);
  });

  test('a decoder can be driven by the operation, and tells the ids it takes up', () => {
    const { encode } = grown();
    const bytes = encode();
    const decoder = new Decoder(createBlankForDecoder(Tree), typesOf(Tree));
    const ids: number[] = [];
    watchDecodedRefs(decoder, (refId) => ids.push(refId));
    const it = { offset: 0 };
    while (bytes[it.offset] !== SWITCH_TO_STRUCTURE) decodeOperation(decoder, bytes, it, decoder.state);
    endDecode(decoder.state);
    expect(ids).toEqual([11, 12, 15]);
    expect(decoder.root.refCount[11]).toBe(1);
  });
});
