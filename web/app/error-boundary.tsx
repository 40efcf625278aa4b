import type { ComponentChildren, VNode } from 'preact';
import { useErrorBoundary } from 'preact/hooks';
import { Button } from '../ui/button.tsx';
import { Screen } from '../ui/screen.tsx';
import { sentenceOf } from '../words/errors.ts';

/** Tells of a bug in what it holds, in its place: otherwise the screen would stay as it was, and look alive. */
export function ErrorBoundary({ children }: { readonly children: ComponentChildren }): VNode {
  const [error] = useErrorBoundary((caught: unknown) => console.error(caught));
  if (error === undefined) return <>{children}</>;
  return (
    <Screen class="trouble" title="Something went wrong" heading="Something went wrong">
      <p role="alert">{sentenceOf(error)} Your lobby and your seat are kept.</p>
      <p class="note">{error instanceof Error ? error.message : String(error)}</p>
      <Button kind="primary" onPress={() => location.reload()}>
        Reload
      </Button>
    </Screen>
  );
}
