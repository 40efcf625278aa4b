import type { VNode } from 'preact';
import type { LobbyMemberView } from '../../client-sdk/index.ts';
import type { OwnLobby } from '../app/parts.ts';
import { Icon } from '../ui/icons.tsx';
import { MemberActions } from './member-actions.tsx';

export interface MemberListProps {
  readonly lobby: OwnLobby;
  readonly view: OwnLobby['view'];
  readonly myId: string;
}

/** The seats: who is here, and the places that are still free. */
export function MemberList({ lobby, view, myId }: MemberListProps): VNode {
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
  readonly lobby: OwnLobby;
  readonly mayManage: boolean;
}

function MemberCard({ member, isHost, isMe, lobby, mayManage }: MemberCardProps): VNode {
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
