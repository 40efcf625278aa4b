import { ArraySchema, type ChangeTree, Root, type TypeContext } from '@colyseus/schema';
import { changeTreeOf, forgetRefId, hasTypeId, refIdOf, type SchemaClass } from './schema-internals.ts';
import { UnrecordableStateError } from './state-errors.ts';

/** A `Root` that notices, as instances come and go, what a record could not bring back. */
export class StateRoot extends Root {
  #suspects: Set<ChangeTree> | null = null;
  #detached: Set<ChangeTree> | null = null;

  constructor(types: TypeContext, nextRefId: number) {
    super(types, nextRefId);
  }

  /** What left the state this tick; some of it has come back by its end. */
  get hasDetached(): boolean {
    return this.#detached !== null;
  }

  /** Instances that were put into a second place this tick; most have left the first by its end. */
  takeSuspects(): ReadonlySet<ChangeTree> | null {
    const suspects = this.#suspects;
    this.#suspects = null;
    return suspects;
  }

  override add(tree: ChangeTree): boolean {
    this.#assertKnownClass(tree);
    // What the instance noted since clients forgot it builds on what they knew then; all of it is sent anew.
    if (tree.needsRestage) tree.discard();
    const isNew = super.add(tree);
    if ((this.refCount[refIdIn(tree)] ?? 0) > 1) (this.#suspects ??= new Set()).add(tree);
    return isNew;
  }

  override remove(tree: ChangeTree): number {
    const references = super.remove(tree);
    if (references <= 0) (this.#detached ??= new Set()).add(tree);
    return references;
  }

  /**
   * Takes back what never left: after `items[i] = items[i]`, or a swap of an element with itself, the library no longer
   * follows an element that is still in its array.
   */
  reattachKept(): void {
    for (const tree of this.#detached ?? []) {
      const parent = tree.root === undefined ? tree.parentRef : undefined;
      if (!(parent instanceof ArraySchema) || changeTreeOf(parent).root !== this) continue;
      const index = parent.indexOf(tree.ref);
      if (index >= 0) tree.setParent(parent, this, index);
    }
  }

  /** What left the state this tick and stayed away, and is now unknown to clients. */
  takeLost(): readonly ChangeTree[] {
    if (this.#detached === null) return NO_TREES;
    const lost = [...this.#detached].filter((tree) => tree.root === undefined);
    for (const tree of lost) {
      tree.needsRestage = true;
      // The library leaves these on what was removed, and by them orders the bytes when it is put somewhere else.
      delete tree.parentRef;
      delete tree.extraParents;
      // The library keeps a zero for every instance that a room ever had.
      delete this.refCount[refIdIn(tree)];
      // Put back later, it is another instance to clients. One that was away for the removal, and came back by a full state, may
      // still hold it as it was: decoders don't let go of what such a state has replaced in a schema's field.
      forgetRefId(tree.ref as object);
    }
    this.#detached = null;
    return lost;
  }

  #assertKnownClass(tree: ChangeTree): void {
    if (!tree._isSchema) return;
    const schemaClass = (tree.ref as object).constructor as SchemaClass;
    if (hasTypeId(this.types, schemaClass)) return;
    throw new UnrecordableStateError(
      `An instance of "${schemaClass.name}" was put into a state whose class can't reach that type. Way out: import the module that defines "${schemaClass.name}" before the game is registered.`,
    );
  }
}

const NO_TREES: readonly ChangeTree[] = [];

function refIdIn(tree: ChangeTree): number {
  return refIdOf(tree.ref as object) as number;
}
