import type { ViewState } from '../view-shapes.ts';
import { element } from './dom.ts';
import { type Move, shortId } from './picture.ts';

const KEPT = 80;
const NAMED = 4;

/** What happened, the newest first. */
export class Log {
  readonly #list: HTMLElement;
  #seen = 0;

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  show(events: ViewState['events'], moves: readonly Move[]): void {
    for (const { seq, at, who, what } of events) {
      if (seq <= this.#seen) continue;
      this.#seen = seq;
      this.#add(new Date(at), who, what);
    }
    for (const move of moves) this.#addMove(move);
  }

  /** Something that this page alone knows. */
  say(who: string, what: string): void {
    this.#add(new Date(), who, what);
  }

  #addMove({ from, to, ids }: Move): void {
    const names = ids.slice(0, NAMED).map(shortId).join(', ') + (ids.length > NAMED ? ', …' : '');
    const matches = ids.length === 1 ? 'a match' : `${ids.length} matches`;
    this.#add(new Date(), to, `has ${matches} of ${from} now (${names})`).classList.add('moved');
  }

  #add(at: Date, who: string, what: string): HTMLElement {
    const time = element('time', '', at.toLocaleTimeString('en-GB'));
    const line = element('li', '', time, element('b', '', who), element('span', '', what));
    this.#list.prepend(line);
    while (this.#list.children.length > KEPT) this.#list.lastElementChild?.remove();
    return line;
  }
}
