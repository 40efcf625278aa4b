import type { SettledConfig } from './config.ts';
import type { Clock } from './clock.ts';
import type { ClusterView } from './cluster/cluster-view.ts';
import type { Bus } from './cluster/ports.ts';
import { gameRoutes } from './games/game-routes.ts';
import type { GameRegistry } from './games/registry.ts';
import type { RateLimits } from './http/rate-limits.ts';
import type { Route } from './http/route.ts';
import { HubRights } from './hub/hub-rights.ts';
import { hubRoutes } from './hub/hub-routes.ts';
import { Hub } from './hub/hub.ts';
import { Lobbies } from './lobbies/lobbies.ts';
import { lobbyRoutes } from './lobbies/lobby-routes.ts';
import { HandOffs } from './matches/hand-off.ts';
import { matchRoutes } from './matches/match-routes.ts';
import { MatchService } from './matches/match-service.ts';
import { SeatRights } from './matches/seat-rights.ts';
import { adminRoutes, type DrainPort } from './ops/admin-routes.ts';
import type { Logger } from './ops/logging.ts';
import { Accounts } from './players/accounts.ts';
import type { Rooms } from './realtime/ports.ts';
import type { Database } from './store/transaction.ts';

export interface ServicesParts {
  readonly config: SettledConfig;
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly games: GameRegistry;
  readonly limits: RateLimits;
  readonly incarnation: string;
  /** It must know who lives before `start`. */
  readonly cluster: ClusterView;
  readonly log: Logger;
  /** Empties processes, for the operator. */
  readonly drains: DrainPort;
  /** Has the other processes know of an ended session before its player is told; left out: there are none. */
  readonly tellOthers?: (sessionId: string) => Promise<void>;
  /** Asked late: rooms and services know each other. */
  readonly rooms: () => Rooms;
}

/** Every concept of the service, put together: what it does, and the routes that it answers. */
export class Services {
  readonly accounts: Accounts;
  readonly lobbies: Lobbies;
  readonly matches: MatchService;
  readonly handOffs: HandOffs;
  readonly hub: Hub;
  readonly seatRights: SeatRights;
  readonly routes: readonly Route[];

  constructor(parts: ServicesParts) {
    const { config, db, bus, clock, games, log, incarnation, cluster, rooms, tellOthers } = parts;
    const { secret, operatorToken, directAddress } = config;
    const onError = (err: unknown): void => log.warn({ err }, 'something went wrong in the background');
    this.lobbies = new Lobbies({ db, clock, bus, games, cluster, onError });
    const { presence, changes, moves, list, pages } = this.lobbies;
    this.accounts = new Accounts({
      db,
      bus,
      cluster,
      clock,
      log,
      secret,
      operatorToken,
      ...(tellOthers && { tellOthers }),
      onAuthenticated: (playerId) => presence.sign(playerId),
      onLobbyTouched: (lobbyId) => pages.touched(lobbyId),
    });
    this.matches = new MatchService({ db, bus, clock, lobbies: moves, presence, rooms, incarnation });
    this.handOffs = new HandOffs({ db, bus, clock, lobbies: moves, matches: this.matches, rooms, incarnation, log });
    const hubRights = new HubRights(clock, secret);
    const lobbyView = changes.view.bind(changes);
    this.hub = new Hub({ db, bus, clock, rights: hubRights, lists: list, presence, lobbyView, onError });
    this.seatRights = new SeatRights(secret, clock);
    const place = { incarnation, directAddress };
    this.routes = [
      ...this.accounts.routes,
      ...gameRoutes(games),
      ...lobbyRoutes({ ...parts, lobbies: this.lobbies, matches: this.matches }),
      ...matchRoutes({ db, rights: this.seatRights, rooms, watchable: games.watchable }),
      ...hubRoutes({ ...place, rights: hubRights }),
      ...adminRoutes({ db, drains: parts.drains }),
    ];
  }

  /** To be awaited before the first request, when the matches of before are here. */
  async start(): Promise<void> {
    await this.accounts.start();
    this.hub.start();
    await this.lobbies.start(this.handOffs);
    this.handOffs.startSweeping();
  }

  /** Begins nothing new and waits for what is under way. */
  async stop(): Promise<void> {
    await this.handOffs.stop();
    await this.lobbies.stop();
    await this.hub.stop();
    await this.accounts.stop();
  }
}
