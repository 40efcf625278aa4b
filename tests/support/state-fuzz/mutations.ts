import { ArraySchema, MapSchema, Schema, TypeContext } from '@colyseus/schema';
import {
  childTypeOf,
  type FieldInfo,
  type FieldType,
  fieldsOf,
  isQuantized,
  isSchemaClass,
  type SchemaClass,
} from '../../../rooms/kit/schema-internals.ts';
import type { Random } from './random.ts';
import { fieldValues, type Primitive, randomValue } from './shapes.ts';

const KEYS = ['a', 'b', 'c', 'd', 'e', '7', '13', 'a key'];
const MAX_ELEMENTS = 9;

/** What a game might do to its state between two ticks. */
export class Mutator {
  /** Instances that left the state and may come back. */
  readonly #graveyard: Schema[] = [];
  readonly #random: Random;
  #depth = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** After a restore, the instances of before are another room's. */
  forget(): void {
    this.#graveyard.length = 0;
  }

  mutate(state: Schema): string {
    const target = this.#random.pick(everything(state));
    if (target instanceof Schema) return this.mutateSchema(target);
    if (target instanceof MapSchema) return this.mutateMap(target);
    return this.mutateArray(target);
  }

  mutateSchema(target: Schema): string {
    const fields = fieldsOf(target.constructor as SchemaClass);
    const field = this.#random.pick(fields);
    const values = fieldValues(target);
    const before = values[field.name];
    if (this.#random.chance(0.15)) {
      values[field.name] = this.#random.chance(0.5) ? undefined : null;
      // Back again within the tick.
      if (this.#random.chance(0.2) && before !== undefined) values[field.name] = before;
      else this.#bury(before);
    } else {
      values[field.name] = this.#fieldValue(field);
      this.#bury(before);
    }
    return `${target.constructor.name}.${field.name}`;
  }

  mutateMap(map: MapSchema): string {
    const random = this.#random;
    const key = random.pick(KEYS);
    const step = random.int(0, 9);
    if (step <= 3 || map.size === 0) {
      this.#bury(map.get(key));
      map.set(key, this.#element(childTypeOf(map)));
      return `map.set ${key}`;
    }
    const present = random.pick([...map.keys()]);
    const value: unknown = map.get(present);
    if (step === 4 && map.size > 4) {
      for (const each of map.values()) this.#bury(each);
      map.clear();
      if (random.chance(0.5)) map.set(key, this.#element(childTypeOf(map)));
      return 'map.clear';
    }
    map.delete(present);
    if (step <= 6) map.set(present, random.chance(0.5) ? value : this.#element(childTypeOf(map)));
    else this.#bury(value);
    return `map.delete ${present}${step <= 6 ? ' and set' : ''}`;
  }

  mutateArray(array: ArraySchema): string {
    const random = this.#random;
    const make = (): unknown => this.#element(childTypeOf(array));
    const operations: Record<string, () => void> = {
      push: () => array.push(...(random.chance(0.3) ? [make(), make()] : [make()])),
      pop: () => this.#bury(array.pop()),
      shift: () => this.#bury(array.shift()),
      unshift: () => array.unshift(make()),
      splice: () => {
        const at = random.int(0, array.length);
        const gone = array.splice(
          at,
          random.int(0, Math.min(2, array.length - at)),
          ...(random.chance(0.5) ? [make()] : []),
        );
        for (const value of gone) this.#bury(value);
      },
      moveByOne: () => {
        const [value] = array.splice(random.int(0, array.length - 1), 1);
        array.splice(random.int(0, array.length), 0, value);
      },
      set: () => {
        const at = random.int(0, array.length - 1);
        const before: unknown = array[at];
        array[at] = make();
        this.#bury(before);
      },
      swap: () => this.#swap(array, false),
      moveSwap: () => this.#swap(array, true),
      clear: () => {
        for (const value of array) this.#bury(value);
        array.clear();
      },
      reverse: () => array.reverse(),
      sort: () => array.sort((a, b) => JSON.stringify(b).localeCompare(JSON.stringify(a))),
      shorten: () => {
        this.#bury(array[array.length - 1]);
        array.length--;
      },
    };
    const name =
      array.length === 0 || (array.length < 4 && random.chance(0.4)) ? 'push' : random.pick(Object.keys(operations));
    if (array.length > MAX_ELEMENTS) array.length = 3;
    else operations[name]?.();
    return `array.${name}`;
  }

  /** Takes an element out of one collection and puts it into another of its kind, in either order. */
  relocate(state: Schema): string {
    const maps = everything(state).filter(
      (ref) => ref instanceof MapSchema && isSchemaClass(childTypeOf(ref)),
    ) as MapSchema[];
    const from = maps.length > 0 ? this.#random.pick(maps) : undefined;
    const to = this.#random.pick(
      maps.filter((map) => map !== from && childTypeOf(map) === childTypeOf(from as MapSchema)),
    );
    if (from === undefined || to === undefined || from.size === 0) return 'nothing to relocate';
    const key = this.#random.pick([...from.keys()]);
    const value: unknown = from.get(key);
    if (everything(value as Schema).includes(to)) return 'not into itself';
    this.#bury(to.get(key));
    if (this.#random.chance(0.5)) {
      to.set(key, value);
      from.delete(key);
    } else {
      from.delete(key);
      to.set(key, value);
    }
    return `relocate ${key}`;
  }

  #swap(array: ArraySchema, moving: boolean): void {
    const a = this.#random.int(0, array.length - 1);
    const b = this.#random.int(0, array.length - 1);
    const swap = (items: ArraySchema): void => {
      [items[a], items[b]] = [items[b], items[a]];
    };
    // `move()` is for schemas; elements that are new in this tick are moved as others are.
    if (moving && isSchemaClass(childTypeOf(array))) array.move(swap);
    else swap(array);
  }

  #fieldValue(field: FieldInfo): unknown {
    const { type } = field;
    if (isQuantized(type)) return (this.#random.next() - 0.5) * 200;
    if (typeof type === 'string' || isSchemaClass(type)) return this.#element(type);
    const [kind, element] = Object.entries(type)[0] as [string, FieldType];
    const items = Array.from({ length: this.#random.int(0, 3) }, () => this.#element(element));
    if (kind === 'array') return this.#random.chance(0.5) ? items : new ArraySchema(...items);
    return new Map(items.map((value, index) => [KEYS[index], value]));
  }

  #element(type: FieldType): unknown {
    if (!isSchemaClass(type)) return randomValue(this.#random, type as Primitive);
    const known = this.#random.chance(0.3) ? this.#exhume(type) : undefined;
    return known ?? this.#create(type);
  }

  #create(type: SchemaClass): Schema {
    const classes = [type, ...(TypeContext.inheritedTypes.get(type as never) ?? [])] as SchemaClass[];
    const instance = new (this.#random.pick(classes))();
    this.#depth++;
    const fills = this.#depth > 3 ? 0 : this.#random.int(0, 5);
    for (let fill = 0; fill < fills; fill++) this.mutateSchema(instance);
    this.#depth--;
    return instance;
  }

  #bury(value: unknown): void {
    if (value instanceof Schema && this.#depth === 0) this.#graveyard.push(value);
  }

  #exhume(type: SchemaClass): Schema | undefined {
    if (this.#depth > 0) return undefined;
    const index = this.#graveyard.findIndex((instance) => instance.constructor === type);
    return index < 0 ? undefined : this.#graveyard.splice(index, 1)[0];
  }
}

/** Every schema, array and map in a state, the state itself first. */
export function everything(state: Schema): (Schema | ArraySchema | MapSchema)[] {
  const found: (Schema | ArraySchema | MapSchema)[] = [];
  const visit = (ref: unknown): void => {
    if (ref instanceof Schema) {
      found.push(ref);
      for (const field of fieldsOf(ref.constructor as SchemaClass)) visit(fieldValues(ref)[field.name]);
    } else if (ref instanceof MapSchema || ref instanceof ArraySchema) {
      found.push(ref);
      for (const value of ref.values()) visit(value);
    }
  };
  visit(state);
  return found;
}
