/** What a process holds, after a collection of garbage. */
export interface Held {
  readonly heapBytes: number;
  /** Buffers, mostly. */
  readonly outsideBytes: number;
  readonly residentBytes: number;
  /** Open connections of clients. */
  readonly sockets: number;
  readonly timers: number;
  /** How long its event loop stood still at most since it was asked last: on a busy machine, that of others too. */
  readonly longestPauseMs: number;
}
