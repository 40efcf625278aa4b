import type { CurrentLobby } from './current-lobby.ts';
import { GyreError } from './gyre-error.ts';
import type { JoinedLobby } from './joined-lobby.ts';
import type { LobbiesClient } from './lobbies-client.ts';
import type { LobbyOptions } from './lobbies.ts';
import type { Match } from './match.ts';

export interface DropIn {
  readonly game: string;
  /** Of a lobby that has to be made. */
  readonly create: LobbyOptions;
  readonly signal: AbortSignal;
}

/** The drop-in road: from wherever the player is to a seat in a match of this game. */
export async function dropIn(
  lobbies: LobbiesClient,
  current: CurrentLobby,
  { game, create, signal }: DropIn,
): Promise<Match> {
  const own = await ownLobby(current, game);
  const lobby = own ?? (await enter(lobbies, { game, create }));
  try {
    await beReady(lobby, { isNew: own === null, signal });
    return await lobby.nextMatch({ signal });
  } catch (error) {
    if (GyreError.is(error, 'aborted')) await lobby.leave();
    throw error;
  }
}

/** The lobby of this game that the player is in, if there is a seat to be had by it. */
async function ownLobby(current: CurrentLobby, game: string): Promise<JoinedLobby | null> {
  const lobby = current.live.view;
  if (lobby?.game !== game) return null;
  if (!lobby.hasGivenUpSeat) return lobby;
  // Its match goes on without this player: whoever comes in anew gets another seat.
  await lobby.leave();
  return null;
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

/** Does what the lobby waits for, if it does. */
async function beReady(
  lobby: JoinedLobby,
  { isNew, signal }: { readonly isNew: boolean; readonly signal: AbortSignal },
): Promise<void> {
  if (!(await lobby.isBetweenMatches(signal))) return;
  // A lobby that starts by itself does so for whoever comes in.
  if (isNew && lobby.view.startMode === 'instant') return;
  await lobby.setReady().catch((error: unknown) => {
    // It is starting, or playing, already.
    if (!GyreError.is(error, 'wrong-state')) throw error;
  });
}
