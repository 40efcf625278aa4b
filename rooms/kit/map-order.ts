import { type ChangeTree, type MapSchema, OPERATION } from '@colyseus/schema';
import { changeTreeOf, journalOf } from './schema-internals.ts';
import { UnrecordableStateError } from './state-errors.ts';

/**
 * Makes the order of a map part of what its patch says: rules iterate over maps, so a restored room must see the same
 * order, and so should clients.
 *
 * A key that is deleted and set again within one tick moves to the end of the map, but keeps its index, and decoders
 * keep its old place. Such a key gets a new index here, and its patch becomes a delete and an add.
 *
 * @throws UnrecordableStateError for a key that names something every object has ("constructor"): the library takes it
 *   for present in an empty map, and would send garbage.
 */
export function settleMapOrder(map: MapSchema, tree: ChangeTree): void {
  const pending = tree.collDirty;
  if (pending === undefined) return;
  // A map that is put back into the state stages all of its entries, whatever happened to them while it was away.
  let reordered = pending.size >= map.size;
  for (const [index, operation] of pending) {
    if (typeof index !== 'number') throw new UnrecordableStateError(unusableKey(map));
    if (operation === OPERATION.DELETE_AND_ADD) reordered = true;
  }
  if (reordered) renumberMovedKeys(map, pending);
}

function renumberMovedKeys(map: MapSchema, pending: Map<number, OPERATION>): void {
  const journal = journalOf(map);
  let last = -1;
  for (const [key, value] of map.entries()) {
    const index = journal.indexByKey[key] as number;
    if (index > last) {
      last = index;
      continue;
    }
    journal.keyByIndex.delete(index);
    if (pending.get(index) === OPERATION.ADD) pending.delete(index);
    else pending.set(index, OPERATION.DELETE);
    last = journal.assign(key);
    pending.set(last, OPERATION.ADD);
    if (typeof value === 'object') changeTreeOf(value).setParentIndex(map, last);
  }
}

function unusableKey(map: MapSchema): string {
  const key = [...map.keys()].find((candidate) => candidate in {});
  return `A state map can't have the key "${key}": it names a property of every object. Way out: put a prefix before keys that players can choose.`;
}
