import { Latencies } from '../latencies.ts';

/** What all seats of a generator measure together. */
export class Meters {
  readonly patchIntervals = new Latencies();
  readonly inputToAck = new Latencies();
  /** From a lost connection to the next welcome. */
  readonly away = new Latencies();
  /** From wanting a match to its seat. */
  readonly seating = new Latencies();
  inputs = 0;
  patches = 0;
  losses = 0;
}
