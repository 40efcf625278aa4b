import type { Player, PublicPlayer } from '../../protocol/players.ts';
import type { Bus } from '../cluster/ports.ts';
import type { Clock } from '../clock.ts';
import { ProblemError } from '../http/problem.ts';
import type { Database, Tx } from '../store/transaction.ts';
import { findPlacedPlayer, findPlayer, lobbyOf, lockLobby, raiseLobbyVersion, rename } from './player-store.ts';
import { ownView, publicView } from './player-view.ts';

export interface PlayerServiceOptions {
  readonly clock: Clock;
  readonly bus: Bus;
  /** Told of a lobby whose member has another name, before anyone else learns of it. It must not throw. */
  readonly onLobbyTouched: (lobbyId: string) => void;
}

export class PlayerService {
  readonly #clock: Clock;
  readonly #bus: Bus;
  readonly #onLobbyTouched: (lobbyId: string) => void;

  constructor({ clock, bus, onLobbyTouched }: PlayerServiceOptions) {
    this.#clock = clock;
    this.#bus = bus;
    this.#onLobbyTouched = onLobbyTouched;
  }

  /** @throws ProblemError `token-invalid` if the token outlived its player, as after the database was replaced */
  async own(db: Database | Tx['sql'], playerId: string): Promise<Player> {
    const placed = await findPlacedPlayer(db, playerId);
    if (!placed) throw new ProblemError('token-invalid', 'The player of this token is not there any more.');
    return ownView(placed);
  }

  /** @throws ProblemError `not-found` */
  async byId(db: Database, playerId: string): Promise<PublicPlayer> {
    const row = await findPlayer(db, playerId);
    if (!row) throw new ProblemError('not-found', `There is no player ${playerId}.`);
    return publicView(row);
  }

  /** Renames a player; its lobby shows the name, so that gets a new version too. The same name changes nothing. */
  async rename(tx: Tx, playerId: string, displayName: string): Promise<Player> {
    const before = await this.own(tx.sql, playerId);
    if (before.displayName === displayName) return before;
    if (before.lobbyId) await lockLobby(tx, before.lobbyId);
    await rename(tx, playerId, displayName);
    // Asked again under the player's own lock, which whoever enters a lobby takes too.
    const lobbyId = await lobbyOf(tx, playerId);
    if (lobbyId) await this.#changed(tx, lobbyId);
    return this.own(tx.sql, playerId);
  }

  async #changed(tx: Tx, lobbyId: string): Promise<void> {
    const game = await raiseLobbyVersion(tx, lobbyId, this.#clock.now());
    if (game === null) return;
    tx.afterCommit(() => {
      this.#onLobbyTouched(lobbyId);
      this.#bus.publish('lobby', { lobbyId, game });
    });
  }
}
