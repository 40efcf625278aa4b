import { networkQuery } from './bad-network.ts';

/** What a link asks for: a lobby by its code, which also opens private ones, or a public one by its id. */
export type Invite = { readonly by: 'code'; readonly code: string } | { readonly by: 'id'; readonly lobbyId: string };

const CODE = /^[A-Za-z]{6}$/;
const LOBBY_HASH = /^#\/lobby\/([A-Za-z0-9_-]{8,36})$/;

/** Reads `/?code=KXWPRT` and `/#/lobby/<id>`; null for any other address. */
export function inviteOf({ search, hash }: { readonly search: string; readonly hash: string }): Invite | null {
  const code = new URLSearchParams(search).get('code')?.trim() ?? '';
  if (CODE.test(code)) return { by: 'code', code: code.toUpperCase() };
  const lobbyId = LOBBY_HASH.exec(hash)?.[1];
  return lobbyId === undefined ? null : { by: 'id', lobbyId };
}

/** The link to give to a friend. */
export function inviteLink(base: string, code: string): string {
  const link = new URL('.', base);
  link.searchParams.set('code', code);
  return link.href;
}

/** What stands in the address bar: the lobby that the player is in, if any; a network that is tried stays. */
export function addressOf(lobbyId: string | null): string {
  const page = location.pathname + networkQuery(location.search);
  return lobbyId === null ? page : `${page}#/lobby/${lobbyId}`;
}
