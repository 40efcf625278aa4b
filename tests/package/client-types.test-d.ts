/**
 * What a game's author gets from the contract alone, checked by the type checker: this file never runs. Each
 * `@ts-expect-error` is a mistake that must not compile.
 */
import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { Gyre, GyreError, showNetOverlay } from '../../client-sdk/index.ts';
import type {
  Interpolation,
  Live,
  Lobby,
  LobbySummary,
  Match,
  MatchResult,
  MatchStatus,
  MatchView,
  Prediction,
  RequestReply,
} from '../../client-sdk/index.ts';
import type { Games as ShippedGames } from '../../rooms/games.ts';
import { defineGame } from '../../rooms/kit/define-game.ts';

const chess = defineGame({
  name: 'chess',
  title: 'Chess',
  players: { min: 2, max: 2 },
  state: schema({ squares: t.array('uint8'), turn: t.uint8() }, 'TypesChessState'),
  settings: z.object({ turnMs: z.int().default(30_000), clock: z.enum(['sudden', 'bonus']).default('sudden') }),
  messages: { move: z.object({ from: z.int(), to: z.int() }), resign: z.undefined(), say: z.string().optional() },
  events: { check: z.object({ king: z.int() }), bell: z.undefined() },
  refusals: ['not-your-turn', 'pinned'],
});
const race = defineGame({
  name: 'race',
  title: 'Race',
  players: { min: 1, max: 8 },
  state: schema({ lap: t.uint8() }, 'TypesRaceState'),
  settings: z.object({ laps: z.int().default(3) }),
  messages: { steer: z.object({ angle: z.number() }) },
});
const games = { chess, race } as const;
type Games = typeof games;

/** Each is assignable to the other, and neither is `any`. */
type Equal<One, Other> = 0 extends 1 & One ? false : [One, Other] extends [Other, One] ? true : false;
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the claim is all that it is for
const holds = <Claim extends true>(_claim?: Claim): void => undefined;

declare const gyre: Gyre<Games>;

export async function lobbies(): Promise<void> {
  const created = await gyre.lobbies.create({ game: 'chess', settings: { turnMs: 20_000 } });
  holds<Equal<typeof created, Lobby<Games['chess']>>>();
  await gyre.lobbies.create({ game: 'race' });
  // @ts-expect-error: there is no such game
  await gyre.lobbies.create({ game: 'checkers' });
  // @ts-expect-error: a setting of the other game
  await gyre.lobbies.create({ game: 'chess', settings: { laps: 3 } });
  // @ts-expect-error: a setting of the wrong type
  await gyre.lobbies.create({ game: 'chess', settings: { turnMs: 'long' } });
  // @ts-expect-error: not one of its values
  await gyre.lobbies.create({ game: 'chess', settings: { clock: 'hourglass' } });
  // @ts-expect-error: no such start mode
  await gyre.lobbies.create({ game: 'chess', startMode: 'whenever' });
  // @ts-expect-error: the game is required
  await gyre.lobbies.create({ name: 'Ann' });

  const { turnMs, clock } = created.view.settings;
  holds<Equal<typeof turnMs, number>>();
  holds<Equal<typeof clock, 'sudden' | 'bonus'>>();
  holds<Equal<typeof created.game, 'chess'>>();
  // @ts-expect-error: views are read-only
  created.view.name = 'mine';
  // @ts-expect-error: all the way down
  created.view.settings.turnMs = 1;
  // @ts-expect-error: lists in views too
  created.view.members.push();
  // @ts-expect-error: what a lobby is changes by its methods
  created.view = { ...created.view };

  await created.update({ settings: { turnMs: null }, password: null });
  await created.update({ settings: null });
  // @ts-expect-error: a setting of the other game
  await created.update({ settings: { laps: 2 } });
  // @ts-expect-error: the host changes by makeHost
  await created.update({ hostId: 'p_1' });
}

export async function joining(): Promise<void> {
  const list = gyre.lobbies.watch({ game: 'chess', openSlots: { ge: 1 }, sort: '-createdAt' });
  holds<Equal<typeof list.view, readonly LobbySummary<Games['chess']>[]>>();
  for (const summary of list.view) {
    const joined = await gyre.lobbies.join(summary);
    holds<Equal<typeof joined, Lobby<Games['chess']>>>();
    const again = await gyre.lobbies.join(joined.view);
    holds<Equal<typeof again, Lobby<Games['chess']>>>();
  }
  const { items } = await gyre.lobbies.list({ game: 'race', data: { map: { in: ['dunes', 'ice'] } }, limit: 5 });
  holds<Equal<(typeof items)[number]['settings'], Readonly<{ laps: number }>>>();

  const quick = await gyre.lobbies.quickJoin({
    game: 'race',
    where: { openSlots: { ge: 2 } },
    create: { settings: {} },
  });
  holds<Equal<typeof quick, Lobby<Games['race']>>>();
  // @ts-expect-error: no such field
  gyre.lobbies.watch({ slots: 1 });
  // @ts-expect-error: no such operator
  gyre.lobbies.watch({ openSlots: { above: 1 } });
  // @ts-expect-error: no such order
  gyre.lobbies.watch({ sort: 'name' });
  // @ts-expect-error: no such game
  gyre.lobbies.watch({ game: 'checkers' });

  const byCode = await gyre.lobbies.joinByCode('KXWPRT');
  holds<Equal<typeof byCode, Lobby<Games['chess']> | Lobby<Games['race']>>>();
  if (byCode.game === 'chess') holds<Equal<typeof byCode, Lobby<Games['chess']>>>();
  const byId = await gyre.lobbies.join('l_12345678');
  holds<Equal<typeof byId, typeof byCode>>();
}

export async function matches(lobby: Lobby<Games['chess']>): Promise<void> {
  const match = await lobby.nextMatch();
  holds<Equal<typeof match, Match<Games['chess']>>>();

  const reply = await match.request('move', { from: 1, to: 2 });
  holds<Equal<typeof reply, RequestReply<'not-your-turn' | 'pinned'>>>();
  if (!reply.ok) {
    holds<Equal<typeof reply.refused, 'not-your-turn' | 'pinned'>>();
    // @ts-expect-error: not one of its refusals
    if (reply.refused === 'column-full') return;
  }
  // @ts-expect-error: only a refused request says why
  void reply.refused;

  await match.request('resign');
  match.send('say');
  match.send('say', 'gg');
  // @ts-expect-error: no such message
  match.send('jump');
  // @ts-expect-error: the payload is missing
  match.send('move');
  // @ts-expect-error: half of the payload is missing
  await match.request('move', { from: 1 });
  // @ts-expect-error: a payload of the wrong type
  await match.request('move', { from: 'e2', to: 'e4' });
  // @ts-expect-error: it takes none
  await match.request('resign', { now: true });

  match.on('check', (event) => holds<Equal<typeof event, { king: number }>>());
  // @ts-expect-error: no such event
  match.on('mate', () => undefined);

  match.onPatch((state) => {
    const squares: number[] = [...state.squares];
    void squares;
    holds<Equal<typeof state.turn, number>>();
    // @ts-expect-error: no such field
    void state.lap;
  });
  holds<Equal<typeof match.result, Promise<MatchResult>>>();
  const live: Live<MatchStatus> = match;
  // @ts-expect-error: views are read-only
  live.view.pingMs = 1;
  const { state } = match;
  // @ts-expect-error: the state is the match's
  match.state = state;
  holds<Equal<(typeof match.info)['settings'], Readonly<{ turnMs: number; clock: 'sudden' | 'bonus' }>>>();

  const played = await gyre.play('race', { create: { settings: { laps: 1 } } });
  holds<Equal<typeof played, Match<Games['race']>>>();
  // @ts-expect-error: no such game
  await gyre.play('checkers');
  // @ts-expect-error: a message of the other game
  played.send('move', { from: 1, to: 2 });
}

export function fastPlay(match: Match<Games['race']>): void {
  const prediction = match.predict({
    input: 'steer',
    own: ({ lap }, seatIndex) => (lap === 0 ? null : { lap, x: seatIndex }),
    step: (own, { angle }, { lap }) => ({ lap: own.lap + lap, x: own.x + angle }),
  });
  holds<Equal<typeof prediction, Prediction<{ angle: number }, { lap: number; x: number }>>>();
  holds<Equal<typeof prediction.view, { lap: number; x: number } | null>>();
  prediction.push({ angle: 1 });
  // @ts-expect-error: a payload of the wrong type
  prediction.push({ angle: 'left' });
  // @ts-expect-error: the payload is missing
  prediction.push();
  // @ts-expect-error: what is foreseen is not to be written
  prediction.view = null;
  // @ts-expect-error: no such message
  match.predict({ input: 'jump', own: () => ({ x: 0 }), step: (own: { x: number }) => own });
  // @ts-expect-error: a step gives what it was given
  match.predict({ input: 'steer', own: () => ({ x: 0 }), step: () => ({ y: 0 }) });
  // @ts-expect-error: no such field of the state
  match.predict({ input: 'steer', own: ({ speed }) => ({ x: speed }), step: (own) => own });
  // @ts-expect-error: without a rule nothing can be foreseen
  match.predict({ input: 'steer', own: () => ({ x: 0 }) });

  const shown = match.interpolate({
    of: ({ lap }) => [['me', lap]] as const,
    mix: (from, to, share) => from + (to - from) * share,
  });
  holds<Equal<typeof shown, Interpolation<number>>>();
  // @ts-expect-error: samples are numbers here
  match.interpolate({ of: ({ lap }) => [['me', lap]] as const, mix: (from: string) => from });
  // @ts-expect-error: a delay is a number of ms, or left to itself
  match.interpolate({ of: () => [], mix: (from) => from, delayMs: 'short' });
  // @ts-expect-error: the map is not to be written
  shown.at().set('me', 1);
  holds<Equal<ReturnType<typeof shown.seenMs>, number | null>>();
  showNetOverlay(match, { prediction });
  // @ts-expect-error: not a prediction
  showNetOverlay(match, { prediction: match });
  // @ts-expect-error: how a match does is not to be written
  match.netStats().pingMs = 0;
}

export async function watching(): Promise<void> {
  const { items } = await gyre.matches.list({ game: 'race' });
  holds<Equal<typeof items, readonly MatchView<Games['race']>[]>>();
  const [first] = items;
  if (!first) return;
  const watched = await gyre.matches.watch(first);
  holds<Equal<typeof watched, Match<Games['race']>>>();
  const byId = await gyre.matches.watch(first.id);
  holds<Equal<typeof byId, Match<Games['race']> | Match<Games['chess']>>>();
  // @ts-expect-error: no such game
  await gyre.matches.list({ game: 'checkers' });
  // @ts-expect-error: only what is played can be watched, so there is no state to ask for
  await gyre.matches.list({ state: 'finished' });
}

export async function whoAndWhere(): Promise<void> {
  const resumed = await gyre.resume();
  if (resumed?.match?.game === 'race') resumed.match.send('steer', { angle: 0.5 });
  // @ts-expect-error: it may be any of the games
  resumed?.match?.send('steer', { angle: 0.5 });
  // @ts-expect-error: nobody may be signed in
  void gyre.player.id;
  const { items } = await gyre.matches.history({ game: 'chess' });
  holds<Equal<(typeof items)[number], MatchView<Games['chess']> | MatchView<Games['race']>>>();
  const [game] = await gyre.games();
  holds<Equal<NonNullable<typeof game>['name'], 'chess' | 'race'>>();
  void new Gyre<Games>({ endpoint: 'http://localhost', storage: 'tab' });
  // @ts-expect-error: no such storage
  void new Gyre<Games>({ endpoint: 'http://localhost', storage: 'cookie' });
  // @ts-expect-error: the endpoint is required
  void new Gyre<Games>({});
  void new Gyre<Games>({
    endpoint: 'http://localhost',
    simulate: { latencyMs: 150, jitterMs: 30, loss: 0.02, seed: 1 },
  });
  // @ts-expect-error: no such condition
  void new Gyre<Games>({ endpoint: 'http://localhost', simulate: { lagMs: 150 } });
  gyre.simulate = null;
  // @ts-expect-error: a share, not a text
  gyre.simulate = { loss: '2%' };
}

export function errors(caught: unknown): void {
  if (GyreError.is(caught)) holds<Equal<typeof caught.retryAfterMs, number | null>>();
  if (GyreError.is(caught, 'lobby-full')) holds<Equal<typeof caught.code, 'lobby-full'>>();
  // @ts-expect-error: no such code
  GyreError.is(caught, 'lobby-is-full');
  // @ts-expect-error: it is not known to be one
  void caught.code;
}

/** The registry that is shipped is one, too. */
export async function shipped(service: Gyre<ShippedGames>): Promise<void> {
  const match = await service.play('connect-four');
  const reply = await match.request('drop', { column: 3 });
  if (!reply.ok) holds<Equal<typeof reply.refused, 'not-your-turn' | 'column-full'>>();
  match.onPatch(({ cells, turn }) => [...cells].at(turn));
}

/** Without a registry, everything is known by its name alone. */
export async function untyped(service: Gyre): Promise<void> {
  const lobby = await service.lobbies.create({ game: 'anything', settings: { any: 1 } });
  const match = await lobby.nextMatch();
  await match.request('whatever', { goes: true });
}
