import type { VNode } from 'preact';
import { Logo } from '../ui/logo.tsx';

/** While it is not known yet who is here. */
export function Boot({ hasTrouble }: { readonly hasTrouble: boolean }): VNode {
  return (
    <main id="main" class="boot" aria-busy="true">
      <Logo />
      <h1 class="sr-only" tabIndex={-1}>
        Gyre
      </h1>
      <p role="status">{hasTrouble ? 'The server can’t be reached. Trying again…' : 'Finding your seat…'}</p>
    </main>
  );
}
