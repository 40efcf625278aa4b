import type { ViewAct } from '../view-shapes.ts';
import { byId, element, part, setText } from './dom.ts';
import { Flight } from './flight.ts';
import { colourOf } from './game-colours.ts';
import { type Chip, type Lane, type Picture, shortId } from './picture.ts';

type Act = (on: string, act: ViewAct['act']) => void;

/** Beyond that a lane says how many more there are. */
const CHIPS_SHOWN = 60;
/** So many matches fill a lane's bar. */
const FULL_BAR = 12;

/** The processes, and the matches in them. */
export class Board {
  readonly #lanes: HTMLElement;
  readonly #parked: HTMLElement;
  readonly #act: Act;
  readonly #cards = new Map<string, HTMLElement>();
  readonly #chips = new Map<string, HTMLElement>();
  readonly #counters = new Map<string, number>();

  constructor(lanes: HTMLElement, parked: HTMLElement, act: Act) {
    this.#lanes = lanes;
    this.#parked = parked;
    this.#act = act;
  }

  show({ lanes, parked }: Picture): void {
    const flight = new Flight(this.#chips);
    const fullest = Math.max(FULL_BAR, ...lanes.map(({ counts }) => totalOf(counts)));
    for (const lane of lanes) {
      const card = this.#cardOf(lane);
      this.#showLane(card, lane, fullest);
      this.#place(part(card, 'chips'), lane.chips);
    }
    this.#parked.hidden = parked.length === 0;
    this.#place(part(this.#parked, 'chips'), parked);
    this.#forget(new Set([...lanes.flatMap(({ chips }) => chips), ...parked].map(({ id }) => id)));
    flight.land();
    this.#legend(lanes);
  }

  #cardOf({ member: { name } }: Lane): HTMLElement {
    const known = this.#cards.get(name);
    if (known) return known;
    const title = element('div', 'title', element('i', 'beat'), element('h3', '', name), element('span', 'state'));
    const numbers = element('dl', 'numbers', number('matches'), number('sockets'), number('delay'));
    const acts = element('div', 'acts', this.#button(name, 'kill', 'kill -9'), this.#pauseButton(name));
    acts.append(this.#button(name, 'drain', 'Drain'));
    const card = element('article', 'lane', title, element('p', 'facts'), numbers);
    card.append(element('div', 'bar'), element('div', 'chips'), acts);
    this.#cards.set(name, card);
    this.#lanes.append(card);
    return card;
  }

  #button(name: string, act: ViewAct['act'], words: string): HTMLElement {
    const button = element('button', act, words);
    button.setAttribute('aria-label', `${words} ${name}`);
    button.addEventListener('click', () => this.#act(name, act));
    return button;
  }

  #pauseButton(name: string): HTMLElement {
    const button = element('button', 'pause', 'Pause');
    button.addEventListener('click', () => this.#act(name, button.dataset['act'] === 'resume' ? 'resume' : 'pause'));
    return button;
  }

  #showLane(card: HTMLElement, { member, process, tone, label, counts }: Lane, fullest: number): void {
    card.className = `lane ${tone}`;
    setText(part(card, 'state'), label);
    const lives = member.restarts === 1 ? 'started again once' : `started again ${member.restarts} times`;
    setText(
      part(card, 'facts'),
      [member.pid === null ? 'no process' : `process ${member.pid}`, ...(member.restarts > 0 ? [lives] : [])].join(
        ' · ',
      ),
    );
    // What an earlier life said of itself holds no more.
    const load = member.pid === null || (process?.endedAt ?? null) !== null ? null : (process?.load ?? null);
    setText(part(card, 'n-matches'), String(totalOf(counts)));
    setText(part(card, 'n-sockets'), load === null ? '–' : String(load.clients));
    setText(part(card, 'n-delay'), load === null ? '–' : `${Math.round(load.delayMs)} ms`);
    this.#bar(part(card, 'bar'), counts, fullest);
    this.#beat(card, process?.counter ?? 0);
    const paused = member.state === 'paused';
    for (const button of card.querySelectorAll('button')) button.disabled = member.pid === null;
    (part(card, 'drain') as HTMLButtonElement).disabled = member.state !== 'ready' || label === 'draining';
    const pause = part(card, 'pause');
    pause.dataset['act'] = paused ? 'resume' : 'pause';
    setText(pause, paused ? 'Continue' : 'Pause');
    pause.setAttribute('aria-label', `${paused ? 'Continue' : 'Pause'} ${member.name}`);
  }

  #bar(bar: HTMLElement, counts: Lane['counts'], fullest: number): void {
    while (bar.children.length > counts.length) bar.lastElementChild?.remove();
    while (bar.children.length < counts.length) bar.append(element('i', ''));
    for (const [at, [game, count]] of counts.entries()) {
      const { style } = bar.children[at] as HTMLElement;
      style.width = `${(count / fullest) * 100}%`;
      style.background = colourOf(game);
    }
  }

  /** The dot beats with the process's own heart. */
  #beat(card: HTMLElement, counter: number): void {
    const name = part(card, 'title').textContent ?? '';
    if (this.#counters.get(name) === counter) return;
    this.#counters.set(name, counter);
    const rings = ['0 0 0 0', '0 0 0 7px'].map((spread, at) => `${spread} rgb(233 235 250 / ${at === 0 ? 0.45 : 0})`);
    part(card, 'beat').animate({ boxShadow: rings }, { duration: 450, easing: 'ease-out' });
  }

  #place(place: HTMLElement, chips: readonly Chip[]): void {
    const shown = chips.slice(0, CHIPS_SHOWN).map((chip) => this.#chip(chip));
    const hidden = chips.length - shown.length;
    const wanted = hidden > 0 ? [...shown, element('span', 'more', `+${hidden}`)] : shown;
    const isSame =
      wanted.length === place.childNodes.length && wanted.every((node, at) => node === place.childNodes[at]);
    if (!isSame) place.replaceChildren(...wanted);
  }

  #chip({ id, game, epoch, orphaned, onProbation }: Chip): HTMLElement {
    const chip = this.#chips.get(id) ?? element('span', 'chip', shortId(id), element('b', 'epoch'));
    this.#chips.set(id, chip);
    chip.style.setProperty('--game', colourOf(game));
    chip.classList.toggle('orphaned', orphaned);
    chip.classList.toggle('probation', onProbation);
    chip.title = `${game} ${id}, epoch ${epoch}${orphaned ? ', waits for a new owner' : ''}`;
    setText(part(chip, 'epoch'), String(epoch));
    return chip;
  }

  #forget(present: ReadonlySet<string>): void {
    for (const [id, chip] of this.#chips) {
      if (present.has(id)) continue;
      chip.remove();
      this.#chips.delete(id);
    }
  }

  #legend(lanes: readonly Lane[]): void {
    const legend = byId('legend');
    const known = new Set([...legend.children].map((item) => item.textContent));
    for (const [game] of lanes.flatMap(({ counts }) => counts)) {
      if (known.has(game)) continue;
      known.add(game);
      const item = element('li', '', game);
      item.style.setProperty('--game', colourOf(game));
      legend.append(item);
    }
  }
}

function number(name: string): HTMLElement {
  return element('div', '', element('dt', '', name), element('dd', `n-${name}`, '–'));
}

function totalOf(counts: Lane['counts']): number {
  return counts.reduce((sum, [, count]) => sum + count, 0);
}
