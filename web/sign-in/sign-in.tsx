import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Invite } from '../app/invite.ts';
import { useApp } from '../app/parts.ts';
import { useTask } from '../live/use-task.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/fields.tsx';
import { Logo } from '../ui/logo.tsx';
import { Screen } from '../ui/screen.tsx';
import { Orrery } from './orrery.tsx';

const NAME_MAX = 24;

export function SignIn({ invite }: { readonly invite: Invite | null }): VNode {
  const { gyre } = useApp();
  const [name, setName] = useState('');
  const [isBusy, run] = useTask();
  const signIn = (): void => run(() => gyre.signInAsGuest(name.trim() ? { displayName: name.trim() } : {}));
  return (
    <Screen class="sign-in" title="Welcome" ownFocus heading="Drop in and play.">
      <div class="sign-in-card">
        <span class="brand brand-big">
          <Logo />
          <span>Gyre</span>
        </span>
        <p class="lead">
          {invite
            ? 'You’ve been invited to a game. Tell us what to call you, and you’re in.'
            : 'A shoot-out in the arena, or four in a row: with friends or with whoever is around. No account, no password: just a name.'}
        </p>
        {invite?.by === 'code' && (
          <p class="invite-note">
            Invitation <strong class="code-text">{invite.code}</strong>
          </p>
        )}
        <form
          class="sign-in-form"
          onSubmit={(event) => {
            event.preventDefault();
            signIn();
          }}
        >
          <TextField
            label="Your name"
            value={name}
            onChange={setName}
            maxLength={NAME_MAX}
            placeholder="Ann"
            autocomplete="nickname"
            autoFocus
          />
          <Button kind="primary" big submit busy={isBusy}>
            {invite ? 'Join the game' : 'Start playing'}
          </Button>
        </form>
      </div>
      <Orrery />
    </Screen>
  );
}
