import { JoinByCode, LobbyCreate, LobbyJoin, QuickJoin } from '../../protocol/lobbies.ts';
import { ProblemError } from '../http/problem.ts';
import { defineRoute, type Reply, type Route } from '../http/route.ts';
import { Door, type Knock, StaleAdmission } from './door.ts';
import { draftLobby, type LobbyDraft } from './lobby-draft.ts';
import { type Entrance, LobbyEntrances } from './lobby-entrances.ts';
import { parseWhere } from './lobby-filter.ts';
import { StartWaits } from './start-waits.ts';
import type { Passwords } from './passwords.ts';
import { callOf, type LobbyRoutesParts, MemberParams, replyWith, TAG, wholeLobby } from './route-parts.ts';

const JOIN_PROBLEMS = [
  'not-found',
  'kicked',
  'already-in-lobby',
  'wrong-state',
  'lobby-locked',
  'wrong-password',
  'lobby-full',
  'team-full',
  'version-mismatch',
] as const;
/** A password that changes each time we look is nobody's to wait for. */
const MAX_LOOKS = 5;

/** The ways into a lobby, over HTTP. */
export function entranceRoutes(parts: LobbyRoutesParts, passwords: Passwords): readonly Route[] {
  const { games, matches } = parts;
  const { changes } = parts.lobbies;
  const entrances = new LobbyEntrances({ changes, games, matches });
  const waits = new StartWaits(parts);
  const door = new Door({ ...parts, passwords });

  /** Checks all that the body says before a password is hashed: that is dear. */
  const draft = async (body: LobbyCreate): Promise<LobbyDraft> => {
    const checked = draftLobby(games, body);
    return body.password ? { ...checked, passwordHash: await passwords.hash(body.password) } : checked;
  };

  const entered = ({ full, made }: Entrance, viewerId: string): Reply => ({
    ...replyWith(changes, full, { status: made === 'lobby' ? 201 : 200, viewerId }),
    ...(made === 'lobby' && { location: `/v1/lobbies/${full.lobby.id}` }),
  });

  return [
    defineRoute({
      method: 'POST',
      path: '/v1/lobbies',
      summary: 'Create a lobby',
      description: 'An `instant` lobby is answered `open`, and its match begins at once, with whoever is there.',
      tag: TAG,
      auth: 'player',
      limit: 'create',
      body: LobbyCreate,
      responses: { 201: { ...wholeLobby('The lobby, with the caller as its host'), location: true } },
      problems: ['already-in-lobby'],
      handler: async ({ player, body, transact }) => {
        const order = await draft(body);
        return transact(async (tx) =>
          entered({ full: await entrances.create(tx, player.id, order), made: 'lobby' }, player.id),
        );
      },
    }),
    defineRoute({
      method: 'PUT',
      path: '/v1/lobbies/{id}/members/{playerId}',
      summary: 'Join a lobby',
      description:
        'Only for oneself: `playerId` is `me`. While a match of a game with `lateJoin` is played, joining is getting a seat ' +
        'in it, also for a member who has none there.',
      tag: TAG,
      auth: 'player',
      limit: 'join',
      params: MemberParams,
      body: LobbyJoin,
      responses: { 201: wholeLobby('Joined'), 200: wholeLobby('Was in already; the body changes nothing') },
      problems: JOIN_PROBLEMS,
      handler: async (context) => {
        const { player, params, body, address, transact } = context;
        requireSelf(player.id, params.playerId);
        const call = callOf(context);
        const knock = { playerId: player.id, address, code: body.code ?? null, password: body.password ?? null };
        return untilSettled(async () => {
          const admission = await door.examine(call.lobbyId, knock);
          return transact(async (tx) => {
            const entrance = await entrances.join(tx, { call, admission, team: body.team ?? null });
            return { ...entered(entrance, player.id), status: entrance.made === null ? 200 : 201 };
          });
        });
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/lobbies/join-by-code',
      summary: 'Join the lobby with a code',
      tag: TAG,
      auth: 'player',
      limit: 'join',
      body: JoinByCode,
      responses: { 200: wholeLobby('Joined, or was in already') },
      problems: JOIN_PROBLEMS,
      handler: async ({ player, body, address, ifMatch, transact }) => {
        const knock: Knock = { playerId: player.id, address, code: body.code, password: body.password ?? null };
        const lobbyId = await door.find(knock);
        // Thrown inside, so that an idempotency key is free again.
        if (lobbyId === null)
          return transact(() => Promise.reject(new ProblemError('not-found', 'No lobby has this code.')));
        const call = { lobbyId, playerId: player.id, ifMatch };
        return untilSettled(async () => {
          const admission = await door.examine(lobbyId, knock);
          return transact(async (tx) => entered(await entrances.join(tx, { call, admission, team: null }), player.id));
        });
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/lobbies/quick-join',
      summary: 'Join any lobby that fits, or create one',
      description:
        '`where` uses the names of the list: `{ "openSlots.ge": 2 }`. `create` is a lobby without `game`. Of games with ' +
        '`lateJoin` also lobbies whose match is played are joined; one that is just starting is waited for.',
      tag: TAG,
      auth: 'player',
      limit: 'join',
      body: QuickJoin,
      responses: { 200: wholeLobby('Joined'), 201: { ...wholeLobby('Created'), location: true } },
      problems: ['already-in-lobby', 'no-lobby', 'invalid-filter'],
      handler: async ({ player, body, transact }) => {
        const game = games.require(body.game);
        const filter = parseWhere({ game: game.name, ...body.where }, games);
        const create = body.create ? await draft({ ...body.create, game: body.game }) : null;
        const order = { playerId: player.id, game, filter, create };
        return waits.run(game.name, (mayWait) =>
          transact(async (tx) => entered(await entrances.quickJoin(tx, { ...order, waits: mayWait }), player.id)),
        );
      },
    }),
  ];
}

/** Tries again with what is true now, if a password was changed while it was compared. */
async function untilSettled(attempt: () => Promise<Reply>): Promise<Reply> {
  for (let look = 1; ; look += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof StaleAdmission) || look === MAX_LOOKS) throw error;
    }
  }
}

function requireSelf(callerId: string, playerId: string): void {
  if (playerId !== callerId) throw new ProblemError('not-found', 'Players join for themselves only.');
}
