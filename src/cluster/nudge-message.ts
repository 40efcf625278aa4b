import type { Nudges } from './ports.ts';

/** How nudges go from one process to all others: `{ from, nudges: [[topic, nudge], …] }`, as JSON. */

export type AnyNudge = { [Topic in keyof Nudges]: readonly [topic: Topic, nudge: Nudges[Topic]] }[keyof Nudges];

export interface NudgeMessage {
  /** The end of the bus that sent it, which hears it too. */
  readonly from: string;
  readonly nudges: readonly AnyNudge[];
}

/** What a nudge can't do without. Processes of another build may send more, and other topics. */
const REQUIRED: { readonly [Topic in keyof Nudges]: readonly (keyof Nudges[Topic])[] } = {
  lobby: ['lobbyId', 'game'],
  player: ['playerId'],
  match: ['matchId'],
  chat: ['lobbyId', 'messageId'],
  session: ['sessionId', 'playerId'],
  room: ['matchId'],
  owner: ['matchId'],
  orphans: ['incarnation'],
};

export function encodeNudges(message: NudgeMessage): string {
  return JSON.stringify(message);
}

/** @returns what of it can be understood; null if nothing can */
export function decodeNudges(text: string): NudgeMessage | null {
  const message = parse(text);
  if (!isRecord(message) || typeof message.from !== 'string' || !Array.isArray(message.nudges)) return null;
  return { from: message.from, nudges: message.nudges.filter(isNudge) };
}

function isNudge(value: unknown): value is AnyNudge {
  if (!Array.isArray(value) || typeof value[0] !== 'string' || !Object.hasOwn(REQUIRED, value[0])) return false;
  const [topic, nudge] = value as [keyof Nudges, unknown];
  return isRecord(nudge) && REQUIRED[topic].every((field) => typeof nudge[field] === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
