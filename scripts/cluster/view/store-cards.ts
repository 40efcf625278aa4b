import type { ViewAct, ViewState } from '../view-shapes.ts';
import { element, part, setText } from './dom.ts';

type StoreView = ViewState['stores'][number];

const SHOWN = {
  up: ['good', 'up'],
  away: ['bad', 'away'],
  starting: ['busy', 'starting'],
  stopped: ['bad', 'stopped'],
} as const satisfies Record<StoreView['state'], readonly [string, string]>;

/** Redis and PostgreSQL. */
export class StoreCards {
  readonly #place: HTMLElement;
  readonly #act: (on: string, act: ViewAct['act']) => void;
  readonly #cards = new Map<string, HTMLElement>();

  constructor(place: HTMLElement, act: (on: string, act: ViewAct['act']) => void) {
    this.#place = place;
    this.#act = act;
  }

  show(stores: readonly StoreView[]): void {
    for (const { name, state } of stores) {
      const card = this.#cards.get(name) ?? this.#make(name);
      const [tone, words] = SHOWN[state];
      card.className = `store ${tone}`;
      setText(part(card, 'state'), words);
      for (const button of card.querySelectorAll('button')) button.disabled = state !== 'up';
    }
  }

  #make(name: string): HTMLElement {
    const title = element('div', 'title', element('i', 'beat'), element('h3', '', name), element('span', 'state'));
    const acts = element('div', 'acts', this.#button(name, 'restart', 'Restart'));
    acts.append(this.#button(name, 'stop', 'Stop for 10 s'));
    const card = element('article', 'store', title, acts);
    this.#cards.set(name, card);
    this.#place.append(card);
    return card;
  }

  #button(name: string, act: ViewAct['act'], words: string): HTMLElement {
    const button = element('button', '', words);
    button.setAttribute('aria-label', `${words}: ${name}`);
    button.addEventListener('click', () => this.#act(name, act));
    return button;
  }
}
