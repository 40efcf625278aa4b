import {
  $encoder,
  ArraySchema,
  type ChangeTree,
  encode,
  type encodeArray,
  type Encoder,
  type EncodeDescriptor,
  OPERATION,
} from '@colyseus/schema';
import { ADD, type ArrayStep, CLEAR, DELETE_AT, DELETE_INSTANCE, diffArray } from './array-diff.ts';
import {
  arrayItems,
  childTypeOf,
  type FieldType,
  refIdOf,
  setEncodeDescriptor,
  stagedDeletes,
} from './schema-internals.ts';
import { UnrecordableStateError } from './state-errors.ts';

type EncodeOperation = typeof encodeArray;
type PrimitiveEncoder = (bytes: Uint8Array, value: unknown, it: { offset: number }) => void;

/** What the decoders of each array's patches hold: its elements after the last patch. */
const knownItems = new WeakMap<ChangeTree, readonly unknown[]>();
/** The steps of this tick, for arrays that changed. Only filled between planning and settling. */
const plannedSteps = new WeakMap<ChangeTree, readonly ArrayStep[]>();

let plannedDescriptor: EncodeDescriptor | undefined;

/**
 * Replaces what the library noted for an array this tick by the steps of `diffArray`.
 *
 * @throws UnrecordableStateError for an array with gaps or with an element that was set to undefined.
 */
export function planArray(tree: ChangeTree): void {
  const array = tree.refTarget as ArraySchema;
  const items = arrayItems(array);
  assertDense(array, items, tree);
  const steps = diffArray(knownItems.get(tree), items, typeof childTypeOf(array) !== 'string');
  plannedSteps.set(tree, steps);
  tree.collPureOps = [];
  tree.collDirty = new Map(steps.map((step, number) => [number, step.op]));
  setEncodeDescriptor(tree, (plannedDescriptor ??= withPlannedEncoder(tree.encDescriptor)));
}

/** Notes that decoders now hold what the array holds. */
export function settleArray(tree: ChangeTree): void {
  plannedSteps.delete(tree);
  knownItems.set(tree, arrayItems(tree.refTarget as ArraySchema).slice());
}

/** Notes that decoders know nothing of the array any more. */
export function forgetArray(tree: ChangeTree): void {
  knownItems.delete(tree);
}

function assertDense(array: ArraySchema, items: readonly unknown[], tree: ChangeTree): void {
  const deletes = stagedDeletes(array);
  let deletedInPlace = false;
  for (const [index, operation] of tree.collDirty ?? []) {
    if (operation === OPERATION.DELETE && deletes[index] !== true) deletedInPlace = true;
  }
  if (!deletedInPlace && !items.includes(undefined)) return;
  throw new UnrecordableStateError(
    'An element of a state array was set to undefined or null, deleted, or set past the end. Way out: remove elements with splice() and add them with push().',
  );
}

function withPlannedEncoder(original: EncodeDescriptor): EncodeDescriptor {
  const encodeAsNoted = ArraySchema[$encoder];
  const encodePlanned: EncodeOperation = (encoder, bytes, tree, index, operation, it, isFull, hasView) => {
    const step = isFull ? undefined : plannedSteps.get(tree)?.[index];
    if (step === undefined) encodeAsNoted(encoder, bytes, tree, index, operation, it, isFull, hasView);
    else writeStep(step, childTypeOf(tree.refTarget), encoder, bytes, it);
  };
  return { ...original, encoder: encodePlanned };
}

function writeStep(
  step: ArrayStep,
  type: FieldType,
  encoder: Encoder,
  bytes: Uint8Array,
  it: { offset: number },
): void {
  bytes[it.offset++] = step.op;
  if (step.op === CLEAR) return;
  if (step.op === DELETE_INSTANCE) {
    encode.number(bytes, refIdOf(step.value) as number, it);
    return;
  }
  encode.number(bytes, step.at, it);
  if (step.op === DELETE_AT) return;
  if (typeof type === 'string') {
    (encode as unknown as Record<string, PrimitiveEncoder>)[type]?.(bytes, step.value, it);
    return;
  }
  encode.number(bytes, refIdOf(step.value as object) as number, it);
  if (step.op === ADD) writeTypeId(encoder, bytes, type, step.value as object, it);
}

function writeTypeId(
  encoder: Encoder,
  bytes: Uint8Array,
  type: FieldType,
  value: object,
  it: { offset: number },
): void {
  type SchemaCtor = Parameters<Encoder['tryEncodeTypeId']>[1];
  encoder.tryEncodeTypeId(bytes, type as unknown as SchemaCtor, value.constructor as SchemaCtor, it);
}
