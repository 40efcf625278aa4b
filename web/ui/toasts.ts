import { Store } from '../live/store.ts';
import { sentenceOf } from '../words/errors.ts';

export interface Toast {
  readonly id: number;
  readonly kind: 'error' | 'notice' | 'done';
  readonly text: string;
}

const SHOWN_MS = 6_000;
const MAX_SHOWN = 4;

/** Short messages that come and go. */
export class Toasts extends Store<readonly Toast[]> {
  #lastId = 0;

  constructor() {
    super([]);
  }

  show(kind: Toast['kind'], text: string): void {
    const id = ++this.#lastId;
    // Saying the same thing again only makes it stay longer.
    const others = this.view.filter((toast) => toast.text !== text);
    this.set([...others, { id, kind, text }].slice(-MAX_SHOWN));
    setTimeout(() => this.dismiss(id), SHOWN_MS);
  }

  showError(error: unknown): void {
    this.show('error', sentenceOf(error));
  }

  dismiss(id: number): void {
    this.set(this.view.filter((toast) => toast.id !== id));
  }
}
