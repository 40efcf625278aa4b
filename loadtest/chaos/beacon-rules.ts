/** Steps of the field a second. */
export const TICK_RATE_HZ = 20;
/** Every so many steps a beacon is lit. */
export const BEACON_EVERY_TICKS = 10;
/** Every so many steps everyone hears of it. */
export const BEAT_EVERY_TICKS = 20;
const SHORTEST_TICKS = 30;
const SPREAD_TICKS = 60;
const STRIDE = 37;

/** The tick that beacon `number` goes out in: each burns for a time of its own, so that some always outlive a fault. */
export function endOfBeacon(number: number): number {
  return number * BEACON_EVERY_TICKS + SHORTEST_TICKS + ((number * STRIDE) % SPREAD_TICKS);
}

/** The beacons that burn at a tick, ascending: what a client must see, whatever became of the room's process. */
export function beaconsAt(tick: number): readonly number[] {
  const newest = Math.floor(tick / BEACON_EVERY_TICKS);
  const oldest = Math.max(1, Math.ceil((tick - SHORTEST_TICKS - SPREAD_TICKS) / BEACON_EVERY_TICKS));
  const burning: number[] = [];
  for (let number = oldest; number <= newest; number += 1) if (endOfBeacon(number) > tick) burning.push(number);
  return burning;
}
