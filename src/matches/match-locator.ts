import { HUB_ROOM } from '../../protocol/hub.ts';
import type { Member, RoomLocator, RoomPlace } from '../cluster/peers.ts';
import type { Database } from '../store/transaction.ts';
import { findMatch } from './match-store.ts';
import { closeCodeOf } from './match-service.ts';

export interface MatchLocatorParts {
  readonly db: Database;
  readonly incarnation: string;
  readonly members: () => readonly Member[];
}

/** Says where the rooms of a cluster are: SQL knows every match's owner, and a hub is in its socket's path. */
export class MatchLocator implements RoomLocator {
  readonly #parts: MatchLocatorParts;

  constructor(parts: MatchLocatorParts) {
    this.#parts = parts;
  }

  async locate(roomId: string, processId: string): Promise<RoomPlace> {
    // The hub of a process that is no more: whoever was in it may come to this one by its token.
    if (roomId === HUB_ROOM) return this.#placeOf(processId) ?? { at: 'here' };
    const match = await findMatch(this.#parts.db, roomId);
    if (match?.state !== 'playing') return { at: 'nowhere', closeCode: closeCodeOf(match) };
    return this.#placeOf(match.owner) ?? { at: 'moving' };
  }

  #placeOf(incarnation: string | null): RoomPlace | null {
    if (incarnation === this.#parts.incarnation) return { at: 'here' };
    const member = this.#parts.members().find((each) => each.incarnation === incarnation);
    return member === undefined ? null : { at: 'peer', peer: member };
  }
}
