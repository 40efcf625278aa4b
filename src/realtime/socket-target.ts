import { RECONNECTION_TOKEN_PATTERN } from '../../protocol/limits.ts';
import type { Presented } from './socket-client.ts';

/** Where a socket wants to go, by the URL of its upgrade request. */
export interface SocketTarget {
  readonly roomId: string;
  /** The incarnation that a hub belongs to; of a match, one that had it once. */
  readonly processId: string;
  readonly presented: Presented;
}

/** `…/{processId}/{roomId}`: what comes before belongs to a proxy. */
const ROOM_PATH = /\/([A-Za-z0-9_-]{1,64})\/([A-Za-z0-9_-]{1,64})$/;
const SESSION_ID = /^[A-Za-z0-9_-]{8,64}$/;
const TOKEN = new RegExp(RECONNECTION_TOKEN_PATTERN);

/** null: no client of ours writes such a URL. */
export function readTarget(url: string): SocketTarget | null {
  if (!URL.canParse(url, 'ws://host')) return null;
  const { pathname, searchParams } = new URL(url, 'ws://host');
  const sessionId = searchParams.get('sessionId');
  const [, processId, roomId] = ROOM_PATH.exec(pathname) ?? [];
  const token = searchParams.get('reconnectionToken');
  if (processId === undefined || roomId === undefined || sessionId === null || !SESSION_ID.test(sessionId)) return null;
  if (token !== null && !TOKEN.test(token)) return null;
  return { roomId, processId, presented: { sessionId, token, skipHandshake: searchParams.has('skipHandshake') } };
}
