import { schema, t } from '@colyseus/schema';

/** The state that both servers have: walkers on a field, each with a place in sixteenths of a metre. */

/** Steps and patches a second of a field on which something moves. */
export const FIELD_RATE_HZ = 20;
const FIELD_SIZE = 16_384;

const Walker = schema({ x: t.uint16(), y: t.uint16() }, 'Walker');
export const FieldState = schema({ walkers: t.map(Walker) }, 'FieldState');

type Field = InstanceType<typeof FieldState>;

export function placeWalkers(field: Field, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const walker = new Walker();
    walker.x = (index * 313) % FIELD_SIZE;
    walker.y = (index * 719) % FIELD_SIZE;
    field.walkers.set(String(index), walker);
  }
}

/** Everyone walks on, each at a speed of its own: both coordinates of all change. */
export function moveWalkers(field: Field): void {
  let index = 0;
  for (const walker of field.walkers.values()) {
    walker.x = (walker.x + 3 + (index % 5)) % FIELD_SIZE;
    walker.y = (walker.y + FIELD_SIZE - 2 - (index % 3)) % FIELD_SIZE;
    index += 1;
  }
}
