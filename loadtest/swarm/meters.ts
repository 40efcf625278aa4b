import { Latencies } from '../latencies.ts';

/** What all seats of a generator measure together. */
export class Meters {
  readonly patchIntervals = new Latencies();
  /** Of patches that tell the match's time: how much later they came after it than the earliest one did. */
  readonly patchLateness = new Latencies();
  readonly inputToAck = new Latencies();
  /** From a lost connection to the next welcome. */
  readonly away = new Latencies();
  /** From wanting a match to its seat. */
  readonly seating = new Latencies();
  inputs = 0;
  patches = 0;
  losses = 0;
}
