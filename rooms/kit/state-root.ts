import { type ChangeTree, Root, type TypeContext } from '@colyseus/schema';
import { hasTypeId, refIdOf, type SchemaClass } from './schema-internals.ts';
import { UnrecordableStateError } from './state-errors.ts';

/** A `Root` that notices, as instances come and go, what a record could not bring back. */
export class StateRoot extends Root {
  /** Instances that were put into a second place this tick; most have left the first by its end. */
  readonly suspects = new Set<ChangeTree>();
  /** Arrays that left the state this tick; some have come back by its end. */
  readonly detachedArrays = new Set<ChangeTree>();

  constructor(types: TypeContext, nextRefId: number) {
    super(types, nextRefId);
  }

  override add(tree: ChangeTree): boolean {
    this.#assertKnownClass(tree);
    const isNew = super.add(tree);
    if ((this.refCount[refIdIn(tree)] ?? 0) > 1) this.suspects.add(tree);
    return isNew;
  }

  override remove(tree: ChangeTree): number {
    const references = super.remove(tree);
    if (references <= 0 && tree.isArray) this.detachedArrays.add(tree);
    return references;
  }

  /** Arrays that left the state this tick and stayed away: clients forget them. */
  *takeLostArrays(): Generator<ChangeTree> {
    for (const tree of this.detachedArrays) if (tree.root === undefined) yield tree;
    this.detachedArrays.clear();
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

function refIdIn(tree: ChangeTree): number {
  return refIdOf(tree.ref as object) as number;
}
