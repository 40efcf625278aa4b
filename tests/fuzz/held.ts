/** What a process holds, after a collection of garbage. */
export interface Held {
  readonly heapBytes: number;
  /** Buffers, mostly. */
  readonly outsideBytes: number;
  readonly residentBytes: number;
  /** Open connections of clients. */
  readonly sockets: number;
  readonly timers: number;
}
