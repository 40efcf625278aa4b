import { createContext } from 'preact';
import type { ComponentChildren, VNode } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { GyreError } from '../../client-sdk/index.ts';
import { PasswordDialog } from '../browser/password-dialog.tsx';
import { Confirm } from '../ui/confirm.tsx';
import type { Invite } from './invite.ts';
import { useApp } from './parts.ts';
import type { Client } from './parts.ts';

type Join = (target: Invite) => Promise<void>;
type Question = { readonly ask: 'password' | 'leave'; readonly target: Invite };

const JoinContext = createContext<Join | null>(null);

/** How any part of the page takes its player into a lobby: asks for what is missing, tells what went wrong. */
export function useJoin(): Join {
  const join = useContext(JoinContext);
  if (!join) throw new Error('useJoin() outside of its provider');
  return join;
}

export interface JoinProviderProps {
  /** Where the link leads that the player came by. */
  readonly invite: Invite | null;
  readonly onInviteUsed: () => void;
  readonly children: ComponentChildren;
}

export function JoinProvider({ invite, onInviteUsed, children }: JoinProviderProps): VNode {
  const { gyre, toasts } = useApp();
  const [question, setQuestion] = useState<Question | null>(null);
  const close = (): void => setQuestion(null);
  const join: Join = async (target) => {
    try {
      await enter(gyre, target);
      close();
    } catch (error) {
      const ask = questionOf(error);
      if (ask) setQuestion({ ask, target });
      else toasts.showError(error);
    }
  };
  useEffect(() => {
    if (!invite) return;
    onInviteUsed();
    if (!isThere(gyre, invite)) void join(invite);
  }, [invite]);
  return (
    <JoinContext.Provider value={join}>
      {children}
      {question?.ask === 'password' && (
        <PasswordDialog
          onClose={close}
          onEnter={async (password) => {
            await enter(gyre, question.target, password);
            close();
          }}
        />
      )}
      {question?.ask === 'leave' && (
        <Confirm
          title="Leave your lobby?"
          action="Leave and join"
          onClose={close}
          onConfirm={async () => {
            await gyre.lobby?.leave();
            await join(question.target);
          }}
        >
          You are in “{gyre.lobby?.view.name ?? 'another lobby'}”. To join this one you have to leave it.
        </Confirm>
      )}
    </JoinContext.Provider>
  );
}

async function enter(gyre: Client, target: Invite, password?: string): Promise<void> {
  if (target.by === 'code') await gyre.lobbies.joinByCode(target.code, { password });
  else await gyre.lobbies.join(target.lobbyId, { password });
}

function questionOf(error: unknown): Question['ask'] | null {
  if (GyreError.is(error, 'wrong-password')) return 'password';
  return GyreError.is(error, 'already-in-lobby') ? 'leave' : null;
}

/** A reload in a lobby: its address is that of the lobby. */
function isThere({ lobby }: Client, invite: Invite): boolean {
  return invite.by === 'id' ? lobby?.id === invite.lobbyId : lobby?.view.code === invite.code;
}
