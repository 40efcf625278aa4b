import { Store } from '../live/store.ts';

export interface Announcement {
  readonly text: string;
  /** Rises with each one, so that the same words can be said twice. */
  readonly count: number;
}

/** What a screen reader is told beside what has the focus. */
export class Announcements extends Store<Announcement> {
  constructor() {
    super({ text: '', count: 0 });
  }

  say(text: string): void {
    this.set({ text, count: this.view.count + 1 });
  }
}
