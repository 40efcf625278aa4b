import { Client } from '@colyseus/sdk';
import type { MatchResult } from '../../../client-sdk/index.ts';
import type { FieldPlayer } from './field-player.ts';
import { MatchSightings } from './match-sightings.ts';
import { PlainPlayer, type PlainSeat } from './plain-player.ts';
import { Rest } from './rest.ts';
import { SdkPlayer } from './sdk-player.ts';

export interface MatchOptions {
  readonly endpoint: string;
  readonly group: number;
  /** At least one: it is the host. */
  readonly sdkPlayers: number;
  readonly plainPlayers: number;
}

/** A match of the field, its players, and how it is ended. */
export interface FieldMatch {
  readonly players: readonly FieldPlayer[];
  /** Ends it and holds what is on record against what was seen. @returns what is wrong with it, in words */
  end(): Promise<readonly string[]>;
}

interface Seat {
  readonly seatIndex: number;
  readonly colyseus: object;
}

/** Gathers players of both kinds in one lobby and takes them into a match. */
export async function beginGyreMatch({ endpoint, group, ...counts }: MatchOptions): Promise<FieldMatch> {
  const sightings = new MatchSightings();
  const named = (kind: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${kind} ${group + 1}-${index + 1}`);
  const sdk = named('Sdk', counts.sdkPlayers).map((name) => new SdkPlayer({ endpoint, name, sightings }));
  const rests = named('Plain', counts.plainPlayers).map((name) => ({ name, rest: new Rest(endpoint) }));
  await Promise.all(sdk.map(({ gyre, name }) => gyre.signInAsGuest({ displayName: name })));
  await Promise.all(rests.map(({ name, rest }) => rest.signIn(name)));

  const host = sdk[0] as SdkPlayer;
  const lobby = await host.gyre.lobbies.create({ game: 'field', private: true });
  const { code } = lobby.view;
  const others = await Promise.all(sdk.slice(1).map(({ gyre }) => gyre.lobbies.joinByCode(code)));
  await Promise.all(others.map((joined) => joined.setReady()));
  await Promise.all(rests.map(({ rest }) => getReady(rest, code)));
  await lobby.start({ countdownMs: 0 });
  await Promise.all(sdk.map((player, index) => player.sit(index === 0 ? lobby : (others[index - 1] as typeof lobby))));
  const plain = rests.map(
    ({ name, rest }) =>
      new PlainPlayer({ name, enter: () => enter(endpoint, { rest, matchId: host.matchId, sightings }) }),
  );
  await Promise.all(plain.map((player) => player.sit()));
  return { players: [...sdk, ...plain], end: () => endMatch(host) };
}

async function getReady(rest: Rest, code: string): Promise<void> {
  const { id } = await rest.insist<{ id: string }>({ what: 'POST /lobbies/join-by-code', body: { code } });
  await rest.insist({ what: `PATCH /lobbies/${id}/members/me`, body: { ready: true } });
}

interface Entrance {
  readonly rest: Rest;
  readonly matchId: string;
  readonly sightings: MatchSightings;
}

async function enter(endpoint: string, { rest, matchId, sightings }: Entrance): Promise<PlainSeat> {
  const { seatIndex, colyseus } = await rest.call<Seat>({ what: `POST /matches/${matchId}/seat`, body: {} });
  const room = await new Client(endpoint).consumeSeatReservation(colyseus as never);
  return { room, seatIndex, sightings };
}

const RESULT_LIMIT_MS = 30_000;

async function endMatch(host: SdkPlayer): Promise<readonly string[]> {
  const { match, gyre } = host;
  match.send('end');
  const told = await within(match.result, RESULT_LIMIT_MS);
  if (told === null) return [`match ${match.id}: it could not be ended`];
  const { state, result } = await gyre.matches.get(match.id);
  if (state !== 'finished' || result === null) return [`match ${match.id}: on record as ${state}`];
  const counted = [...host.state.tallies].map(({ count }) => count);
  return scoresOf(result).every((score, seat) => score === counted[seat]) && sameScores(result, told)
    ? []
    : [`match ${match.id}: the result on record is not what was played`];
}

function sameScores(a: MatchResult, b: MatchResult): boolean {
  return JSON.stringify(scoresOf(a)) === JSON.stringify(scoresOf(b));
}

/** By seat. */
function scoresOf({ placements }: MatchResult): readonly (number | null)[] {
  return placements.toSorted((a, b) => a.seatIndex - b.seatIndex).map(({ score }) => score);
}

async function within<T>(promise: Promise<T>, limitMs: number): Promise<T | null> {
  const over = Promise.withResolvers<null>();
  const timer = setTimeout(() => over.resolve(null), limitMs);
  try {
    return await Promise.race([promise, over.promise]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
