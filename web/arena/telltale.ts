import { UNITS_PER_PIXEL } from '../../rooms/arena/map-rules.ts';
import type { MatchOf } from '../games/page-game.ts';
import type { ArenaPlay } from './arena-play.ts';
import { toScreenX, toScreenY, type Camera } from './camera.ts';

export interface Told {
  readonly match: MatchOf<'arena'>;
  readonly play: ArenaPlay;
  readonly camera: Camera;
}

/** Puts on the canvas' element what the picture shows: for tests, and whatever else reads documents instead of looking. */
export function tell(canvas: HTMLCanvasElement, { match, play, camera }: Told): void {
  const { me, sprites, prediction, shotCount } = play;
  const room = match.state.fighters.get(String(match.view.seatIndex));
  const facts = {
    match: match.id,
    seat: match.view.seatIndex,
    x: me && Math.round(me.x),
    y: me && Math.round(me.y),
    /** Where the room had one last, which is later than what one sees. */
    roomX: room && Math.round(room.x / UNITS_PER_PIXEL),
    roomY: room && Math.round(room.y / UNITS_PER_PIXEL),
    hp: room?.hp,
    score: room?.score,
    deaths: room?.deaths,
    shots: shotCount,
    corrections: prediction?.stats.corrections,
    compared: prediction?.stats.compared,
    /** Own moves that the room hasn't told the outcome of. */
    pending: prediction?.stats.pending,
    fighters: JSON.stringify(
      [...sprites.values()].map(({ name, isBot, x, y, hp }) => ({
        name,
        isBot,
        hp,
        screenX: Math.round(toScreenX(camera, x)),
        screenY: Math.round(toScreenY(camera, y)),
      })),
    ),
  };
  for (const [name, value] of Object.entries(facts)) {
    const text = String(value ?? '');
    if (canvas.dataset[name] !== text) canvas.dataset[name] = text;
  }
}
