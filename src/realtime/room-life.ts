/**
 * Admits nobody yet; plays; plays what it was told, and takes in nothing more; its time stands still, to be parked, moved or
 * dropped; dropped.
 */
type RoomState = 'reserved' | 'open' | 'leaving' | 'frozen' | 'gone';

/** How far a match room has come. The room alone changes it. */
export class RoomLife {
  state: RoomState = 'reserved';
  /** The match has ended or failed: nobody is heard any more. */
  isOver = false;

  get isPlaying(): boolean {
    return this.state === 'open' && !this.isOver;
  }
}
