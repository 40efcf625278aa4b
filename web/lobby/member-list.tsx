import type { VNode } from 'preact';
import type { LobbyMemberView } from '../../client-sdk/index.ts';
import type { OwnLobby } from '../app/parts.ts';
import type { TeamOption } from '../games/page-game.ts';
import { Icon } from '../ui/icons.tsx';
import { MemberActions } from './member-actions.tsx';

export interface MemberListProps {
  readonly lobby: OwnLobby;
  readonly view: OwnLobby['view'];
  readonly myId: string;
  /** Those that one may choose among. */
  readonly teams: readonly TeamOption[];
}

/** The seats: who is here, and the places that are still free. */
export function MemberList({ lobby, view, myId, teams }: MemberListProps): VNode {
  return (
    <section aria-labelledby="players-title">
      <h2 id="players-title" class="sr-only">
        Players, {view.memberCount} of {view.maxPlayers}
      </h2>
      <ul class="members">
        {view.members.map((member) => (
          <MemberCard
            key={member.playerId}
            member={member}
            isHost={member.playerId === view.hostId}
            isMe={member.playerId === myId}
            team={teams.find(([team]) => team === member.team)?.[1] ?? null}
            lobby={lobby}
            mayManage={view.hostId === myId}
          />
        ))}
        {Array.from({ length: view.openSlots }, (_, slot) => (
          <li key={slot} class="member member-free">
            <span class="avatar avatar-free" aria-hidden="true" />
            <span>Free seat</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface MemberCardProps {
  readonly member: LobbyMemberView;
  readonly isHost: boolean;
  readonly isMe: boolean;
  /** What its team is called; null: none is chosen. */
  readonly team: string | null;
  readonly lobby: OwnLobby;
  readonly mayManage: boolean;
}

function MemberCard({ member, isHost, isMe, team, lobby, mayManage }: MemberCardProps): VNode {
  const { displayName, ready, connected } = member;
  return (
    <li class={`member${ready ? ' is-ready' : ''}${connected ? '' : ' is-away'}`}>
      <span class="avatar" aria-hidden="true">
        {[...displayName][0]?.toUpperCase()}
      </span>
      <span class="member-words">
        <strong class="member-name">{displayName}</strong>
        <span class="member-tags">
          {isMe && <span>You</span>}
          {team !== null && <span class="member-team">{team}</span>}
          {isHost && (
            <span>
              <Icon name="crown" /> Host
            </span>
          )}
          {!connected && <span class="is-warning">Not connected</span>}
        </span>
      </span>
      <span class="ready-mark" data-ready={ready}>
        {ready ? (
          <>
            <Icon name="check" /> Ready
          </>
        ) : (
          'Not ready'
        )}
      </span>
      {!isMe && <MemberActions lobby={lobby} member={member} mayManage={mayManage} />}
    </li>
  );
}
