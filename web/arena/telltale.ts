import type { MatchOf } from '../games/page-game.ts';
import type { ArenaPlay } from './arena-play.ts';

/** Puts on the canvas' element what tests, and readers of the document, can't see in a picture. */
export function tellTests(
  canvas: HTMLCanvasElement,
  match: MatchOf<'arena'>,
  { me, sprites, prediction }: ArenaPlay,
): void {
  const { fighters } = match.state;
  const room = fighters.get(String(match.view.seatIndex));
  const facts = {
    fighters: [...sprites.values()].map(({ name, isBot }) => (isBot ? `(${name})` : name)).join(', '),
    x: me && Math.round(me.x),
    y: me && Math.round(me.y),
    /** Where the room has the fighter: later than where one sees it. */
    roomX: room && Math.round(room.x / 16),
    hp: room?.hp,
    score: room?.score,
    deaths: room?.deaths,
    seat: match.view.seatIndex,
    corrections: prediction?.stats.corrections,
    compared: prediction?.stats.compared,
  };
  for (const [name, value] of Object.entries(facts)) canvas.dataset[name] = String(value ?? '');
}
