import { Packr } from 'msgpackr';
import type { MatchResult } from '../../protocol/room-messages.ts';
import type { RandomState } from './random.ts';
import type { SeatRecord } from './seat-state.ts';
import { RestoreError } from './state-errors.ts';

/** What a room knows beside its state, as it stands in a commit record. */
export interface HiddenState {
  readonly started: boolean;
  readonly random: RandomState;
  /** Due times in match time, by the timer's name. */
  readonly timers: Readonly<Record<string, number>>;
  readonly kept: Readonly<Record<string, unknown>>;
  readonly seats: readonly SeatRecord[];
  readonly result: MatchResult | null;
  /** How often the game's code threw. */
  readonly faults: number;
  /** The game sleeps until something happens. */
  readonly asleep: boolean;
}

/** Raised when a record of before can't be read any more. */
export const HIDDEN_STATE_VERSION = 2;

const packr = new Packr({ useRecords: false, variableMapSize: true });

/** Packs the hidden state. The bytes belong to the caller; equal states give equal bytes. */
export function packHidden(hidden: HiddenState): Uint8Array {
  return new Uint8Array(pack(hidden));
}

/** As {@link packHidden}, but null if it is still what these bytes say. */
export function packChangedHidden(hidden: HiddenState, before: Uint8Array | null): Uint8Array | null {
  const packed = pack(hidden);
  return before !== null && packed.equals(before) ? null : new Uint8Array(packed);
}

/** A view of the packer's own buffer. */
function pack({ started, random, timers, kept, seats, result, faults, asleep }: HiddenState): Buffer {
  return packr.pack([HIDDEN_STATE_VERSION, started, random, timers, kept, seats, result, faults, asleep]);
}

/** @throws RestoreError for bytes that are not a hidden state of this version */
export function unpackHidden(bytes: Uint8Array): HiddenState {
  let unpacked: unknown;
  try {
    unpacked = packr.unpack(bytes);
  } catch (cause) {
    throw new RestoreError('The hidden state is torn.', { cause });
  }
  if (!Array.isArray(unpacked) || unpacked[0] !== HIDDEN_STATE_VERSION || unpacked.length !== 9) {
    throw new RestoreError('The hidden state is of another version.');
  }
  const [, started, random, timers, kept, seats, result, faults, asleep] = unpacked as [
    number,
    boolean,
    RandomState,
    Record<string, number>,
    Record<string, unknown>,
    SeatRecord[],
    MatchResult | null,
    number,
    boolean,
  ];
  return { started, random, timers, kept, seats, result, faults, asleep };
}
