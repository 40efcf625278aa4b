import type { VNode } from 'preact';
import { useApp } from '../app/parts.ts';
import { pageGameOf } from '../games/page-games.ts';
import type { PlayedName } from '../games/played.ts';
import { useTask } from '../live/use-task.ts';

/** A big button a game, which leads into it at once. */
export function QuickGames({ games }: { readonly games: readonly PlayedName[] }): VNode {
  const { gyre } = useApp();
  const [isBusy, run] = useTask();
  return (
    <>
      {games.map((name) => {
        const { quick } = pageGameOf(name);
        return (
          <button
            key={name}
            type="button"
            class={`hero-action hero-${name}`}
            aria-busy={isBusy}
            onClick={() => {
              if (!isBusy) run(() => quick.play(gyre));
            }}
          >
            <strong>{quick.title}</strong>
            <span>{quick.words}</span>
          </button>
        );
      })}
    </>
  );
}
