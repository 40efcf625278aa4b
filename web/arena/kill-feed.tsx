import type { VNode } from 'preact';
import type { HudPerson, HudView } from './hud.ts';

/** Who shot down whom, for a few seconds. */
export function KillFeed({ feed }: Pick<HudView, 'feed'>): VNode {
  return (
    <ul class="kill-feed" aria-label="What happens">
      {feed.map(({ id, by, of }) => (
        <li key={id}>
          <Name person={by} /> <span class="kill-verb">shot</span> <Name person={of} />{' '}
          <span class="kill-verb">down</span>
        </li>
      ))}
    </ul>
  );
}

function Name({ person: { name, livery, isMe } }: { readonly person: HudPerson }): VNode {
  return <strong style={{ color: livery.face }}>{isMe ? 'you' : name}</strong>;
}
