import type { VNode } from 'preact';
import { useApp } from '../app/parts.ts';
import { useLive } from '../live/use-live.ts';

/** Says announcements to screen readers. Two regions take turns, as the same words in one would not be said again. */
export function Announcer(): VNode {
  const { text, count } = useLive(useApp().announcements);
  return (
    <div class="sr-only">
      {[0, 1].map((region) => (
        <div key={region} role="status" aria-live="polite">
          {count % 2 === region ? text : ''}
        </div>
      ))}
    </div>
  );
}
