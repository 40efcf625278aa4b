import type { Clock } from '../clock.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import type { Bus } from '../cluster/ports.ts';
import type { GameRegistry } from '../games/registry.ts';
import type { Database } from '../store/transaction.ts';
import { ClosedLobbies } from './closed-lobbies.ts';
import { Countdowns } from './countdowns.ts';
import { LobbyChanges } from './lobby-changes.ts';
import { LobbyList } from './lobby-list.ts';
import { LobbyPages } from './lobby-pages.ts';
import { SqlLobbyMoves } from './lobby-moves.ts';
import type { HandOff } from './ports.ts';
import { Presence } from './presence.ts';

export interface LobbiesParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly games: GameRegistry;
  readonly cluster: ClusterView;
  /** Told what went wrong in the background; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** Lobbies as the rest of the service meets them. What clients ask of them is in `lobbyRoutes`. */
export class Lobbies {
  readonly changes: LobbyChanges;
  readonly closed: ClosedLobbies;
  readonly countdowns: Countdowns;
  readonly list: LobbyList;
  readonly moves: SqlLobbyMoves;
  readonly pages: LobbyPages;
  readonly presence: Presence;

  constructor(parts: LobbiesParts) {
    this.closed = new ClosedLobbies(parts);
    this.countdowns = new Countdowns(parts);
    this.list = new LobbyList(parts);
    this.pages = new LobbyPages({ ...parts, list: this.list });
    this.changes = new LobbyChanges({
      ...parts,
      onStartsAt: (at) => this.countdowns.begun(at),
      onSaved: (full) => this.pages.changed(full),
    });
    this.moves = new SqlLobbyMoves(this.changes);
    this.presence = new Presence({ ...parts, changes: this.changes });
  }

  /** Goes on with presence and countdowns where a process before has stopped. Call it before requests are let in. */
  async start(handOff: HandOff): Promise<void> {
    await this.presence.start();
    await this.countdowns.start(handOff);
    this.closed.start();
  }

  async stop(): Promise<void> {
    this.closed.stop();
    await this.countdowns.stop();
    await this.presence.stop();
  }
}
