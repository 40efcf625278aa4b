import type { CurrentLobby } from './current-lobby.ts';
import { GyreError } from './gyre-error.ts';
import type { JoinedLobby } from './joined-lobby.ts';
import type { LobbiesClient } from './lobbies-client.ts';
import type { LobbyOptions } from './lobbies.ts';
import type { Match } from './match.ts';
import { pause } from './pause.ts';
import type { Timing } from './timing.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface DropInParts {
  readonly lobbies: LobbiesClient;
  readonly current: CurrentLobby;
  readonly timing: Timing;
}
export interface DropIn {
  readonly game: string;
  /** Of a lobby that has to be made. */
  readonly create: LobbyOptions;
  readonly signal: AbortSignal;
}

/** Before a start that failed is asked for again. */
const ASK_AGAIN_MS = 1_000;

/** The drop-in road, which a player goes once at a time: who asks again on the way gets what comes of it. */
export class DropIns {
  readonly #parts: DropInParts;
  readonly #underway = new Map<string, Promise<Match>>();

  constructor(parts: DropInParts) {
    this.#parts = parts;
  }

  play(order: DropIn): Promise<Match> {
    const { game, signal } = order;
    const underway = this.#underway.get(game);
    if (underway) return unlessAborted(underway, signal);
    const played = dropIn(this.#parts, order).finally(() => this.#underway.delete(game));
    this.#underway.set(game, played);
    return played;
  }
}

/** From wherever the player is to a seat in a match of this game. */
async function dropIn(parts: DropInParts, { game, create, signal }: DropIn): Promise<Match> {
  const own = await ownLobby(parts, game);
  const lobby = own ?? (await enter(parts.lobbies, { game, create }));
  const seated = new AbortController();
  try {
    // A lobby that starts by itself does so for whoever comes in.
    const startsByItself = own === null && lobby.view.startMode === 'instant';
    if ((await lobby.isBetweenMatches(signal)) && !startsByItself) await beReady(lobby);
    keepAsking(lobby, { timing: parts.timing, signal: AbortSignal.any([seated.signal, signal]) });
    return await lobby.nextMatch({ signal });
  } catch (error) {
    if (GyreError.is(error, 'aborted')) await lobby.leave();
    throw error;
  } finally {
    seated.abort();
  }
}

/** The lobby of this game that the player is in, if a seat is to be had by it. */
async function ownLobby({ current, lobbies }: DropInParts, game: string): Promise<JoinedLobby | null> {
  const lobby = current.live.view;
  if (lobby?.game !== game) return null;
  // Its match goes on without this player: whoever comes in anew gets another seat.
  if (lobby.hasGivenUpSeat) {
    await lobby.leave();
    return null;
  }
  if (lobby.view.matchId === null) return lobby;
  try {
    // Who was away when the match began gets a seat by joining once more, if the game lets players in late.
    return await lobbies.join(lobby.id);
  } catch (error) {
    // It is closed, and the hub is about to say so.
    if (!GyreError.is(error, 'not-found')) throw error;
    return null;
  }
}

async function enter(lobbies: LobbiesClient, options: Pick<DropIn, 'game' | 'create'>): Promise<JoinedLobby> {
  try {
    return await lobbies.quickJoin(options);
  } catch (error) {
    // The hub hasn't told of it yet.
    const lobbyId = GyreError.is(error, 'already-in-lobby') ? error.extensions['lobbyId'] : undefined;
    if (typeof lobbyId !== 'string') throw error;
    const lobby = await lobbies.join(lobbyId);
    if (lobby.game !== options.game) throw error;
    return lobby;
  }
}

async function beReady(lobby: JoinedLobby): Promise<void> {
  await lobby.setReady().catch((error: unknown) => {
    // It is starting, or playing, already.
    if (!GyreError.is(error, 'wrong-state')) throw error;
  });
}

/**
 * An instant lobby whose start has failed waits to be asked again; any lobby does after a match, which may be over before its
 * seat was taken.
 */
function keepAsking(
  lobby: JoinedLobby,
  { timing, signal }: { readonly timing: Timing; readonly signal: AbortSignal },
): void {
  const ask = async (): Promise<void> => {
    await pause(ASK_AGAIN_MS, signal, timing);
    // What is wrong with the lobby itself, its seeker learns from it.
    if (!signal.aborted) await beReady(lobby).catch(() => undefined);
  };
  let playedId = lobby.view.lastMatchId;
  const stop = lobby.subscribe(({ state, reason, startMode, lastMatchId }) => {
    if (state !== 'open') return;
    const hasPlayed = lastMatchId !== playedId;
    playedId = lastMatchId;
    if (hasPlayed || (startMode === 'instant' && reason !== null)) void ask();
  });
  signal.addEventListener('abort', stop, { once: true });
}
