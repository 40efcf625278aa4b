import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export interface ScreenProps {
  /** Names the page while the screen is there, in the title bar too. */
  readonly title: string;
  readonly heading: ComponentChildren;
  readonly class: string;
  /** Leave the focus alone: something on the screen takes it. */
  readonly ownFocus?: boolean;
  readonly children: ComponentChildren;
}

/** One view of the page. Its heading takes the focus when it appears, so that readers and keys go on from there. */
export function Screen({ title, heading, class: name, ownFocus = false, children }: ScreenProps): VNode {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!ownFocus) ref.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, []);
  useEffect(() => {
    document.title = `${title} · Gyre`;
  }, [title]);
  return (
    <main id="main" class={`screen ${name}`}>
      <h1 ref={ref} tabIndex={-1} class="screen-heading">
        {heading}
      </h1>
      {children}
    </main>
  );
}
