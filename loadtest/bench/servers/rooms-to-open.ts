/** What the servers with rooms are asked to open. */
export interface RoomsToOpen {
  readonly rooms: number;
  /** Whether everyone walks, at 20 Hz, or stands still. */
  readonly walking: boolean;
  /** Places, and walkers, of each room. */
  readonly clients: number;
}
