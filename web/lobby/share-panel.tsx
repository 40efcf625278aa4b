import type { VNode } from 'preact';
import { inviteLink } from '../app/invite.ts';
import { useApp } from '../app/parts.ts';
import { Button } from '../ui/button.tsx';
import { copyText } from '../ui/copy-text.ts';

/** How friends come in: by code or by link. */
export function SharePanel({ code }: { readonly code: string }): VNode {
  const { toasts } = useApp();
  const copy = async (text: string, done: string): Promise<void> => {
    if (await copyText(text)) toasts.show('done', done);
    else toasts.show('notice', `Please copy it yourself: ${text}`);
  };
  return (
    <section class="card share" aria-labelledby="share-title">
      <h2 id="share-title">Invite a friend</h2>
      <p class="share-code">
        <span class="sr-only">The code is </span>
        <strong class="code-text" data-testid="code">
          {code}
        </strong>
      </p>
      <div class="share-buttons">
        <Button
          kind="primary"
          icon="link"
          onPress={() => void copy(inviteLink(location.href, code), 'Link copied. Send it to a friend.')}
        >
          Copy link
        </Button>
        <Button icon="copy" onPress={() => void copy(code, 'Code copied.')}>
          Copy code
        </Button>
      </div>
    </section>
  );
}
