import type { Lobby } from '../../client-sdk/index.ts';
import type { Turnstile } from './at-once.ts';
import type { Failure, SeatFacts } from './facts.ts';
import type { SwarmGame } from './game.ts';
import type { Player, Seated } from './player.ts';

export interface GroupOptions {
  readonly index: number;
  readonly game: SwarmGame;
  /** The first one is the host. */
  readonly players: readonly Player[];
  /** Lets so many groups gather at a time. */
  readonly gathering: Turnstile;
  /** Whether strangers are kept from the lobby; they can't watch its matches then either. */
  readonly isPrivate: boolean;
  /** Aborted when no further match is to begin. */
  readonly signal: AbortSignal;
}

/** Players who share a lobby and play one match after the other. */
export class Group {
  readonly seats: SeatFacts[] = [];
  readonly failures: Failure[] = [];
  matchesBegun = 0;
  matchesEnded = 0;
  playing = 0;
  readonly #options: GroupOptions;

  constructor(options: GroupOptions) {
    this.#options = options;
  }

  /** Plays until the signal, and the match that is on then to its end. Never rejects: what goes wrong is a failure. */
  async run(): Promise<void> {
    const { players, signal } = this.#options;
    const host = players[0] as Player;
    try {
      let seated: readonly Seated[] | null = await this.#gathering(host);
      for (let round = 0; seated !== null; round += 1) {
        const whole = await this.#playOut(seated, round);
        seated = whole && !signal.aborted ? await this.#begin(host, round + 1) : null;
      }
      await Promise.all(players.map((player) => player.leave()));
    } catch (error) {
      this.#failed('seated', error);
    }
  }

  /** null: the time was over before it was this group's turn. */
  async #gathering(host: Player): Promise<readonly Seated[] | null> {
    const { gathering, signal } = this.#options;
    return await gathering.pass(async () => {
      if (signal.aborted) return null;
      await this.#gather();
      return await this.#begin(host, 0);
    });
  }

  async #gather(): Promise<void> {
    const { players, isPrivate } = this.#options;
    const [host, ...others] = players as readonly [Player, ...Player[]];
    await host.createLobby({ private: isPrivate });
    const { code, startMode } = host.lobby.view;
    // Its match begins with the lobby, and nobody joins while it begins.
    if (startMode === 'instant') await inMatch(host.lobby);
    await Promise.all(others.map((player) => player.joinLobby(code)));
  }

  async #begin(host: Player, round: number): Promise<readonly Seated[]> {
    const { players } = this.#options;
    const { startMode } = host.lobby.view;
    if (startMode === 'instant') {
      // The first match began with the lobby; a next one begins with anybody who is ready.
      if (round > 0) await host.setReady();
    } else {
      await Promise.all(players.filter((player) => player !== host).map((player) => player.setReady()));
      await host.startMatch();
    }
    const stopInsisting = host.insistOnStart();
    try {
      return await this.#seat();
    } finally {
      stopInsisting();
    }
  }

  /** Who gets no seat is a failure; the others play all the same, and tell what they saw. */
  async #seat(): Promise<readonly Seated[]> {
    const outcomes = await Promise.allSettled(this.#options.players.map((player) => player.takeSeat()));
    const seated = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    for (const outcome of outcomes) if (outcome.status === 'rejected') this.#failed('seated', outcome.reason);
    this.matchesBegun += 1;
    this.playing = seated.length;
    const matches = new Set(seated.map(({ match }) => match.id));
    if (matches.size > 1) this.#failed('seated', `they were seated in ${matches.size} matches`);
    return seated;
  }

  /** Resolves with whether everyone was there from seat to result; what was not is told already, or by the facts. */
  async #playOut(seated: readonly Seated[], round: number): Promise<boolean> {
    const { game, index, players } = this.#options;
    const facts = await Promise.all(seated.map((seat) => seat.player.playOut(seat, { group: index, round })));
    this.seats.push(...facts);
    this.playing = 0;
    this.matchesEnded += 1;
    if (facts.length < players.length || facts.some(({ end }) => end !== 'finished')) return false;
    const misfit = game.audit?.(seated.map(({ play }) => play)) ?? null;
    if (misfit !== null) this.#failed('rules', `match ${facts[0]?.matchId}: ${misfit}`);
    return true;
  }

  #failed(promise: Failure['promise'], error: unknown): void {
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.failures.push({ promise, what: `group ${this.#options.index + 1}: ${what}` });
  }
}

const START_LIMIT_MS = 15_000;

/** Resolves when the lobby's match is on. */
async function inMatch(lobby: Lobby): Promise<void> {
  const begun = Promise.withResolvers<void>();
  const stop = lobby.subscribe(({ state }) => {
    if (state === 'in-match') begun.resolve();
  });
  const timer = setTimeout(() => begun.reject(new Error('the match did not begin with its lobby')), START_LIMIT_MS);
  if (lobby.view.state === 'in-match') begun.resolve();
  try {
    await begun.promise;
  } finally {
    clearTimeout(timer);
    stop();
  }
}
