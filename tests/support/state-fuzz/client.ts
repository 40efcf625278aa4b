import { Decoder, MapSchema, OPERATION, Schema } from '@colyseus/schema';
import { refIdOf, type SchemaClass } from '../../../rooms/kit/schema-internals.ts';
import { everything } from './mutations.ts';

const DELETE_BIT: number = OPERATION.DELETE;
const ADD_BIT: number = OPERATION.ADD;

/** Decodes as the Colyseus SDK does: its classes come from the handshake, a full state over a known one is a resync. */
export class FuzzClient {
  readonly decoder: Decoder<Schema>;
  /** The next client-visible patches that have not arrived: how far it is behind. */
  readonly lag: number;
  readonly #inFlight: Uint8Array[] = [];

  constructor(reflected: Decoder<Schema>, full: Uint8Array, lag: number) {
    const StateClass = reflected.state.constructor as SchemaClass;
    this.decoder = new Decoder(new StateClass(), reflected.context);
    this.decoder.decode(full, { offset: 1 });
    this.lag = lag;
  }

  get state(): Schema {
    return this.decoder.state;
  }

  get isUpToDate(): boolean {
    return this.#inFlight.length === 0;
  }

  receive(patch: Uint8Array): void {
    this.#inFlight.push(patch);
    while (this.#inFlight.length > this.lag) this.#decodeNext();
  }

  /**
   * Loses what is under way, then gets the full state of the restored room. `spurious`: places of collections where the same
   * stands as before, and for which onAdd or onRemove was called all the same.
   */
  reconnect(full: Uint8Array): { kept: number; lost: string[]; spurious: string[] } {
    this.#inFlight.length = 0;
    const before = new Map(everything(this.state).map((ref) => [refIdOf(ref), ref] as const));
    const places = entriesOf(this.state);
    const touched: string[] = [];
    this.decoder.triggerChanges = (changes) => {
      for (const { op, refId, dynamicIndex, previousValue, value, ref } of changes) {
        // When the SDK's callbacks call onRemove, and when onAdd.
        const deletes = (op & DELETE_BIT) !== 0;
        const removed = deletes && previousValue !== undefined;
        const added = (op & ADD_BIT) !== 0 && (deletes || previousValue !== value);
        if ((removed || added) && dynamicIndex !== undefined) touched.push(`${refIdOf(ref) ?? refId}/${dynamicIndex}`);
      }
    };
    this.decoder.decodeResync(full, { offset: 1 });
    delete this.decoder.triggerChanges;
    const after = entriesOf(this.state);
    const spurious = touched.filter((place) => places.has(place) && places.get(place) === after.get(place));
    return { ...compareInstances(before, this.state), spurious };
  }

  #decodeNext(): void {
    const patch = this.#inFlight.shift();
    if (patch !== undefined) this.decoder.decode(patch, { offset: 1 });
  }
}

/** Schema instances that are alive under the same id before and after, as the same object or not. */
function compareInstances(
  before: ReadonlyMap<number | undefined, object>,
  state: Schema,
): { kept: number; lost: string[] } {
  let kept = 0;
  const lost: string[] = [];
  for (const ref of everything(state)) {
    const old = before.get(refIdOf(ref));
    if (!(ref instanceof Schema) || old === undefined) continue;
    if (old === ref) kept++;
    else lost.push(`${ref.constructor.name} ${refIdOf(ref)}`);
  }
  return { kept, lost };
}

/** What stands at each place of each collection: an instance's id or a primitive. */
function entriesOf(state: Schema): Map<string, unknown> {
  const entries = new Map<string, unknown>();
  for (const ref of everything(state)) {
    if (ref instanceof Schema) continue;
    const pairs: Iterable<[string | number, unknown]> = ref instanceof MapSchema ? ref.entries() : ref.entries();
    for (const [key, value] of pairs) {
      entries.set(`${refIdOf(ref)}/${key}`, value instanceof Schema ? `#${refIdOf(value)}` : value);
    }
  }
  return entries;
}
