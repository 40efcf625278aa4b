import pg from 'pg';
import type { Bus } from '../../src/cluster/ports.ts';
import { Hub, type HubParts } from '../../src/hub/hub.ts';
import { HubRights } from '../../src/hub/hub-rights.ts';
import { LobbyList } from '../../src/lobbies/lobby-list.ts';
import { type Boot, MatchBed } from './match-bed.ts';
import { RecordedSocket } from './recorded-socket.ts';

/** A hub over lobbies and matches on a real database. */
export class HubBed implements AsyncDisposable {
  readonly bed: MatchBed;
  readonly boot: Boot;
  readonly hub: Hub;
  readonly rights: HubRights;
  readonly parts: HubParts;
  /** What went wrong in the background. */
  readonly errors: unknown[] = [];

  private constructor(bed: MatchBed, boot: Boot, bus: Bus) {
    this.bed = bed;
    this.boot = boot;
    const { db, clock, games, changes } = bed;
    this.rights = new HubRights(clock);
    this.parts = {
      db,
      clock,
      bus,
      rights: this.rights,
      lists: new LobbyList({ db, clock, games }),
      presence: { socket: (playerId, open) => void bed.presence.push(`${playerId} ${open}`) },
      lobbyView: changes.view.bind(changes),
      onError: (error) => this.errors.push(error),
    };
    this.hub = new Hub(this.parts);
    this.hub.start();
  }

  /** @param hears what the hub hears of the bus; left out: everything */
  static async open(hears: (bus: Bus) => Bus = (bus) => bus): Promise<HubBed> {
    const bed = await MatchBed.open();
    return new HubBed(bed, await bed.boot(), hears(bed.bus));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub.stop();
    await this.bed[Symbol.asyncDispose]();
  }

  /** Opens a hub socket and waits for its first views. */
  async connect(playerId: string): Promise<RecordedSocket> {
    const socket = new RecordedSocket(playerId);
    this.hub.connected(socket);
    await this.settled();
    return socket;
  }

  /** Everything that is on its way has arrived. */
  async settled(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    await this.hub.idle();
  }
}

/** How many statements `work` sends to the database. */
export async function countQueries(work: () => Promise<unknown>): Promise<number> {
  const { prototype } = pg.Client;
  const { query } = prototype as { query: (...args: unknown[]) => unknown };
  let count = 0;
  Object.assign(prototype, {
    query(this: pg.Client, ...args: unknown[]) {
      count += 1;
      return query.apply(this, args);
    },
  });
  try {
    await work();
  } finally {
    Object.assign(prototype, { query });
  }
  return count;
}
