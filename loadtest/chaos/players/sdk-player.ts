import { Gyre, GyreError, type Lobby, type Match } from '../../../client-sdk/index.ts';
import { Meters } from '../../swarm/meters.ts';
import { SeatWire } from '../../swarm/seat-wire.ts';
import { wiretap } from '../../swarm/wiretap.ts';
import { TICK_RATE_HZ } from '../beacon-rules.ts';
import type { field } from '../servers/field-game.ts';
import { ClientSight } from './client-sight.ts';
import { type FieldPlayer, type SeatReport, tallyOf } from './field-player.ts';
import type { FieldView } from './field-view.ts';
import type { MatchSightings } from './match-sightings.ts';

export type FieldGames = { readonly field: typeof field };

const SEAT_LIMIT_MS = 30_000;

/** One who plays the field through our SDK, whose sockets are read along. */
export class SdkPlayer implements FieldPlayer {
  readonly kind = 'sdk';
  readonly name: string;
  readonly gyre: Gyre<FieldGames>;
  readonly #wire = new SeatWire({ tickRateHz: TICK_RATE_HZ, meters: new Meters() });
  readonly #sight: ClientSight;
  #match: Match<FieldGames['field']> | null = null;
  #sent = 0;

  constructor({ endpoint, name, sightings }: { endpoint: string; name: string; sightings: MatchSightings }) {
    this.name = name;
    this.#sight = new ClientSight(sightings);
    this.gyre = new Gyre<FieldGames>({ endpoint, storage: 'memory', WebSocket: wiretap(() => this.#wire).WebSocket });
  }

  get match(): Match<FieldGames['field']> {
    if (this.#match === null) throw new Error(`${this.name} has no seat.`);
    return this.#match;
  }

  get matchId(): string {
    return this.match.id;
  }

  get isConnected(): boolean {
    return this.match.view.connection === 'connected';
  }

  get state(): FieldView {
    return this.match.state;
  }

  get silentMs(): number | null {
    return this.#sight.silentMs;
  }

  /** The SDK promises that each input counts, once. */
  get isSettled(): boolean {
    return this.#tally?.count === this.#sent;
  }

  async sit(lobby: Lobby<FieldGames['field']>): Promise<void> {
    const match = await lobby.nextMatch({ signal: AbortSignal.timeout(SEAT_LIMIT_MS) });
    this.#match = match;
    match.onPatch(() => this.#sight.frame(this.state));
    match.on('beat', ({ tick }) => this.#sight.beat(tick));
  }

  say(): void {
    if (this.match.view.connection === 'closed') return;
    try {
      this.match.send('say', { number: this.#sent + 1 });
      this.#sent += 1;
    } catch (error) {
      // It holds as many as it can, and says so: this one was not taken.
      if (!GyreError.is(error, 'queue-full')) throw error;
    }
  }

  report(): SeatReport {
    const { losses, breaches } = this.#wire.facts;
    return {
      kind: this.kind,
      name: this.name,
      matchId: this.matchId,
      seatIndex: this.match.view.seatIndex ?? -1,
      sent: this.#sent,
      tally: this.#tally,
      losses,
      reseated: 0,
      roomsLost: this.match.view.connection === 'closed' ? 1 : 0,
      wireBreaches: breaches,
      sight: this.#sight.facts,
    };
  }

  close(): void {
    this.gyre.close();
  }

  get #tally(): SeatReport['tally'] {
    return tallyOf(this.state, this.match.view.seatIndex ?? -1);
  }
}
