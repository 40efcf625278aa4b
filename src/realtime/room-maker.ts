import type { Schema } from '@colyseus/schema';
import type { AnyRoomClass, AnyRooms } from '../../rooms/kit/game-room.ts';
import { MatchCore } from '../../rooms/kit/match-core.ts';
import type { RecordedMatch } from '../../rooms/kit/ports.ts';
import { assertRecordable } from '../../rooms/kit/state-codec.ts';
import { MatchClock } from '../cluster/match-clock.ts';
import type { TimeSource } from '../cluster/process-clock.ts';
import type { StepListener } from '../cluster/step-watchdog.ts';
import { compatOf } from './compat.ts';
import { MatchRoom, type MatchRoomServices } from './match-room.ts';
import type { Reservation } from './ports.ts';

export interface RoomMakerOptions {
  /** Who runs each game, by the game's name. */
  readonly rooms: AnyRooms;
  readonly services: MatchRoomServices;
  /** What the matches' clocks run on. */
  readonly time: TimeSource;
  /** Told when a game's code makes or restores a room, which may never end. Left out: nobody is. */
  readonly steps?: StepListener;
}

/** Makes match rooms, of the games that this build has. */
export class RoomMaker {
  readonly #options: RoomMakerOptions;
  readonly #compat: ReadonlyMap<string, string>;

  /** @throws UnrecordableStateError for a game whose state can't be recorded faithfully, naming the field */
  constructor(options: RoomMakerOptions) {
    this.#options = options;
    this.#compat = new Map(
      Object.entries(options.rooms).map(([name, { game }]) => {
        assertRecordable(game.state as unknown as new () => Schema);
        return [name, compatOf(game)];
      }),
    );
  }

  compatOf(game: string): string {
    const compat = this.#compat.get(game);
    if (compat === undefined) throw new Error(`nobody runs a game "${game}"`);
    return compat;
  }

  /** Of a new match. @param onGone told once, when the room is gone */
  create(reservation: Reservation, onGone: () => void): MatchRoom {
    const create = (): MatchCore =>
      MatchCore.create(this.#classOf(reservation), reservation, this.#onFault(reservation));
    return this.#make(reservation, create, onGone);
  }

  /** Of a match that goes on from its records. @param onGone told once, when the room is gone */
  restore(reservation: Reservation, recorded: RecordedMatch, onGone: () => void): MatchRoom {
    const restore = (): MatchCore =>
      MatchCore.restore(this.#classOf(reservation), reservation, recorded, this.#onFault(reservation));
    return this.#make(reservation, restore, onGone);
  }

  #make(reservation: Reservation, makeCore: () => MatchCore, onGone: () => void): MatchRoom {
    const { matchId, seats, epoch } = reservation;
    const { services, time } = this.#options;
    const core = this.#watched(matchId, makeCore);
    const clock = new MatchClock(time, core.timeMs);
    const room = new MatchRoom({ services, core, seats, epoch, clock, onGone });
    room.seats.setPrivate(reservation.private ?? false);
    return room;
  }

  #watched(matchId: string, makeCore: () => MatchCore): MatchCore {
    const { steps } = this.#options;
    steps?.stepping(matchId);
    try {
      return makeCore();
    } finally {
      steps?.stepped();
    }
  }

  #classOf({ game }: Reservation): AnyRoomClass {
    const room = this.#options.rooms[game];
    if (room === undefined) throw new Error(`nobody runs a game "${game}"`);
    return room;
  }

  #onFault({ matchId, game }: Reservation) {
    return (error: unknown, where: string): void => {
      this.#options.services.log.error({ err: error, matchId, game, where }, 'a game has thrown');
    };
  }
}
