import { CloseCode } from '../../protocol/close-codes.ts';
import type { RoomLocator, RoomPlace } from '../../src/cluster/peers.ts';

/** Says of rooms what a test has told it; of all others that they are nowhere. */
export class RoomMap implements RoomLocator {
  readonly asked: string[] = [];
  readonly #places = new Map<string, RoomPlace>();
  /** Set while it can't be asked. */
  failure: Error | null = null;

  put(roomId: string, place: RoomPlace): void {
    this.#places.set(roomId, place);
  }

  async locate(roomId: string, processId: string): Promise<RoomPlace> {
    this.asked.push(roomId);
    if (this.failure !== null) throw this.failure;
    const nowhere = { at: 'nowhere', closeCode: CloseCode.noSuchRight } as const;
    return this.#places.get(`${processId}/${roomId}`) ?? this.#places.get(roomId) ?? nowhere;
  }
}
