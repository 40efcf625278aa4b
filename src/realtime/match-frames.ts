import { PROTOCOL_VERSION } from '../../protocol/limits.ts';
import { GYRE_TYPE, type MatchResult, type Welcome } from '../../protocol/room-messages.ts';
import type { MatchCore } from '../../rooms/kit/match-core.ts';
import type { StepOutput } from '../../rooms/kit/ports.ts';
import type { MatchClock } from '../cluster/match-clock.ts';
import { dataFrame, stateFrame, timedFrame } from './frames.ts';
import type { RealtimeLog } from './ports.ts';
import { type Parcel, parcelsOf, type PlainRequests } from './step-frames.ts';
import type { Frame } from './web-socket-frame.ts';

export interface MatchFramesParts {
  readonly core: MatchCore;
  readonly clock: MatchClock;
  readonly epoch: number;
  readonly requests: PlainRequests;
  readonly log: RealtimeLog;
}

/** What the clients of a match are sent of it, as of its last step. */
export class MatchFrames {
  readonly #parts: MatchFramesParts;

  constructor(parts: MatchFramesParts) {
    this.#parts = parts;
  }

  /** What a client begins with: the whole state, and where it stands. @param seatIndex null: it watches */
  first(seatIndex: number | null): readonly Frame[] {
    const { core, epoch } = this.#parts;
    const lastSeq = this.#lastSeqOf(seatIndex);
    const welcome: Welcome = {
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      seatIndex,
      epoch,
      tick: core.tick,
      lastSeq,
    };
    return [timedFrame(core.fullState(), this.#shownMs), dataFrame(GYRE_TYPE, welcome)];
  }

  /** What a client goes on with that was left behind. What it missed is in the state, and what of its inputs is, it is told. */
  missed(seatIndex: number | null): readonly Frame[] {
    const { core } = this.#parts;
    const seq = this.#lastSeqOf(seatIndex);
    const ack = seq === 0 ? [] : [dataFrame(GYRE_TYPE, { type: 'ack', seq })];
    return [timedFrame(core.fullState(), core.timeMs), ...ack];
  }

  /** A step's patch. On a grid it says when it is of: clients draw what moves by it. */
  patch(patch: Uint8Array | null): Frame | null {
    const { core } = this.#parts;
    if (patch === null) return null;
    return core.game.tickRateHz === null ? stateFrame(patch) : timedFrame(patch, core.timeMs);
  }

  /** A step's messages. */
  parcels(output: StepOutput): readonly Parcel[] {
    const { core, log, requests } = this.#parts;
    return parcelsOf(output, requests, (err, type) => {
      log.error({ err, matchId: core.matchId, type }, "a game's message can't be sent");
    });
  }

  result(result: MatchResult): Frame {
    return dataFrame(GYRE_TYPE, { type: 'result', result });
  }

  /** On a grid a state is its step's, so that no patch after it is of before; one that has slept since is of the last place. */
  get #shownMs(): number {
    const { core, clock } = this.#parts;
    const nowMs = clock.nowMs();
    const { tickRateHz } = core.game;
    return tickRateHz === null ? nowMs : Math.max(core.timeMs, Math.floor(nowMs - 1_000 / tickRateHz));
  }

  /** Of its inputs, the last that is in the state; 0 if none is, or nobody sits there. */
  #lastSeqOf(seatIndex: number | null): number {
    return seatIndex === null ? 0 : this.#parts.core.seat(seatIndex).lastSeq;
  }
}
