// What the field does, the same in a room of ours and in a plain Colyseus one.
import { randomUUID } from 'node:crypto';
import { BEACON_EVERY_TICKS, endOfBeacon } from '../beacon-rules.ts';
import { Beacon, type Field, Tally } from './field-game.ts';

/** Of this room object alone: two owners of one match can't have the same. */
export function newOwnerMark(): string {
  return `${process.pid}-${randomUUID().slice(0, 8)}`;
}

export function placeSeats(state: Field, seats: number): void {
  for (let seat = 0; seat < seats; seat += 1) {
    state.tallies.push(new Tally({ count: 0, sum: 0, last: 0, repeats: 0 }));
  }
}

export function say(state: Field, seat: number, number: number): void {
  const tally = state.tallies[seat];
  if (tally === undefined) return;
  tally.count += 1;
  tally.sum += number;
  if (number <= tally.last) tally.repeats += 1;
  tally.last = number;
}

export function stepField(state: Field, owner: string): void {
  if (state.owner !== owner) {
    state.owner = owner;
    state.life += 1;
  }
  state.tick += 1;
  for (const number of state.beacons.keys()) {
    if (endOfBeacon(Number(number)) <= state.tick) state.beacons.delete(number);
  }
  if (state.tick % BEACON_EVERY_TICKS !== 0) return;
  const number = state.tick / BEACON_EVERY_TICKS;
  state.beacons.set(String(number), new Beacon({ litAtTick: state.tick }));
}
