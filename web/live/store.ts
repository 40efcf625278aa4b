import type { Live } from '../../client-sdk/index.ts';

/** A value of the page's own that changes while one looks at it. */
export class Store<View> implements Live<View> {
  readonly #listeners = new Set<(view: View) => void>();
  #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  get view(): View {
    return this.#view;
  }

  readonly subscribe = (listener: (view: View) => void): (() => void) => {
    this.#listeners.add(listener);
    listener(this.#view);
    return () => void this.#listeners.delete(listener);
  };

  set(view: View): void {
    if (Object.is(view, this.#view)) return;
    this.#view = view;
    for (const listener of this.#listeners) listener(view);
  }
}
