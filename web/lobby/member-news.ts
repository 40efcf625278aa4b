import type { LobbyMemberView } from '../../client-sdk/index.ts';

type Members = readonly Pick<LobbyMemberView, 'playerId' | 'displayName' | 'ready' | 'connected'>[];

/** What changed among the other members, in words; empty if nothing did. */
export function memberNews(before: Members, after: Members, myId: string): string {
  const news: string[] = [];
  for (const member of after.filter(({ playerId }) => playerId !== myId)) {
    const then = before.find(({ playerId }) => playerId === member.playerId);
    if (!then) news.push(`${member.displayName} has joined.`);
    else if (then.ready !== member.ready) news.push(`${member.displayName} is ${member.ready ? '' : 'not '}ready.`);
    else if (then.connected !== member.connected) {
      news.push(`${member.displayName} ${member.connected ? 'is back' : 'has lost the connection'}.`);
    }
  }
  for (const { playerId, displayName } of before) {
    if (playerId !== myId && !after.some((member) => member.playerId === playerId))
      news.push(`${displayName} has left.`);
  }
  return news.join(' ');
}
