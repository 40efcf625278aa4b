import type { MatchOf } from '../games/page-game.ts';
import { clockText } from '../words/time.ts';
import type { ArenaPlay } from './arena-play.ts';
import { liveryOf, TEAM_WORDS, type Livery } from './palette.ts';
import type { Sprite } from './scene.ts';

export interface HudPerson {
  readonly name: string;
  readonly livery: Livery;
  readonly isMe: boolean;
}
export interface HudRow extends HudPerson {
  readonly key: string;
  readonly score: number;
  readonly deaths: number;
  readonly isBot: boolean;
  readonly isDown: boolean;
}
export interface HudTeam {
  readonly name: string;
  readonly words: string;
  readonly livery: Livery;
  readonly score: number;
}

/** What stands around the arena. It changes a few times a second, not with each picture. */
export interface HudView {
  /** The best first. */
  readonly rows: readonly HudRow[];
  /** Empty where everyone fights for themselves. */
  readonly teams: readonly HudTeam[];
  readonly clock: string;
  /** The last seconds of the round. */
  readonly isLow: boolean;
  /** Until one appears again; null while one is up, or only watches. */
  readonly respawnSeconds: number | null;
  readonly feed: readonly { readonly id: number; readonly by: HudPerson; readonly of: HudPerson }[];
}

export const EMPTY_HUD: HudView = { rows: [], teams: [], clock: '', isLow: false, respawnSeconds: null, feed: [] };

const LOW_MS = 10_000;

export function readHud(match: MatchOf<'arena'>, play: ArenaPlay, nowMs: number): HudView {
  const { fighters, roundEndsAtMs, teamScores } = match.state;
  const matchMs = match.nowMs() ?? 0;
  const leftMs = Math.max(0, roundEndsAtMs - matchMs);
  const own = fighters.get(String(match.view.seatIndex));
  const rows = [...play.sprites.values()].map((sprite) => rowOf(sprite, fighters.get(sprite.key)));
  return {
    rows: rows.sort((a, b) => b.score - a.score || a.deaths - b.deaths),
    teams: teamsOf(match.info.settings.mode, teamScores),
    clock: clockText(leftMs),
    isLow: leftMs <= LOW_MS,
    respawnSeconds: own?.hp === 0 ? Math.max(1, Math.ceil((own.respawnsAtMs - matchMs) / 1_000)) : null,
    feed: play.shots.feed(nowMs).map(({ id, by, of }) => ({ id, by: personOf(play, by), of: personOf(play, of) })),
  };
}

interface Tally {
  readonly score: number;
  readonly deaths: number;
  readonly hp: number;
}

function rowOf({ key, name, livery, isMe, isBot }: Sprite, tally: Tally | undefined): HudRow {
  const { score = 0, deaths = 0, hp = 0 } = tally ?? {};
  return { key, name, livery, isMe, isBot, score, deaths, isDown: hp === 0 };
}

function teamsOf(mode: 'ffa' | 'teams', scores: { readonly get: (team: string) => number | undefined }): HudTeam[] {
  if (mode === 'ffa') return [];
  return Object.entries(TEAM_WORDS).map(([name, words]) => ({
    name,
    words,
    livery: liveryOf('', name),
    score: scores.get(name) ?? 0,
  }));
}

/** Who has left meanwhile is still named. */
function personOf({ sprites }: ArenaPlay, key: string): HudPerson {
  const { name, livery, isMe } = sprites.get(key) ?? { name: 'Somebody', livery: liveryOf(key, ''), isMe: false };
  return { name, livery, isMe };
}
