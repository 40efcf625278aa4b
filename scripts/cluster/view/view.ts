// The live view's page: it asks its server twice a second, and lets matches move where they went.
import type { ViewAct, ViewState } from '../view-shapes.ts';
import { Board } from './board.ts';
import { byId, setText } from './dom.ts';
import { Log } from './log.ts';
import { movesBetween, type Picture, pictureOf } from './picture.ts';
import { StoreCards } from './store-cards.ts';

const LOOK_EVERY_MS = 500;

const board = new Board(byId('lanes'), byId('parked'), (on, act) => void tell({ on, act }));
const stores = new StoreCards(byId('stores'), (on, act) => void tell({ on, act }));
const log = new Log(byId('log').querySelector('ol') as HTMLOListElement);
let last: Picture | null = null;
let moved = 0;

void look();

async function look(): Promise<void> {
  try {
    const answer = await fetch('/state');
    if (!answer.ok) throw new Error(await answer.text());
    show((await answer.json()) as ViewState);
  } catch {
    notice('The local cluster has been stopped. Start it again with npm run cluster.');
  }
  setTimeout(() => void look(), LOOK_EVERY_MS);
}

function show(state: ViewState): void {
  const picture = pictureOf(state);
  const moves = last === null || state.stale ? [] : movesBetween(last, picture);
  board.show(picture);
  stores.show(state.stores);
  log.show(state.events, moves);
  moved += moves.reduce((sum, { ids }) => sum + ids.length, 0);
  last = picture;
  setText(byId('ready'), `${picture.ready}/${state.members.length}`);
  setText(byId('matches'), String(picture.matches));
  setText(byId('clients'), String(picture.clients));
  setText(byId('moved'), String(moved));
  byId('play').setAttribute('href', state.playUrl);
  notice(state.stale ? staleNotice(state) : null);
}

function staleNotice({ cluster, stores: all }: ViewState): string {
  if (cluster === null) return 'The processes are starting …';
  const away = all.filter(({ state }) => state !== 'up').map(({ name }) => name);
  const why = away.length > 0 ? `${away.join(' and ')} is away` : 'no process can tell just now';
  return `Who owns what is as it was last seen: ${why}.`;
}

function notice(words: string | null): void {
  const place = byId('notice');
  place.hidden = words === null;
  if (words !== null) setText(place, words);
}

async function tell(act: ViewAct): Promise<void> {
  const answer = await fetch('/act', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(act),
  });
  if (!answer.ok) log.say(act.on, await answer.text());
}
