import type { SightFacts } from './client-sight.ts';
import type { FieldView, TallyView } from './field-view.ts';

/** By which client somebody plays. */
export const CLIENT_KINDS = { sdk: 'our SDK', plain: 'plain @colyseus/sdk' } as const;
export type ClientKind = keyof typeof CLIENT_KINDS;

/** What one seat of the field said and saw. Plain data. */
export interface SeatReport {
  readonly kind: ClientKind;
  readonly name: string;
  readonly matchId: string;
  readonly seatIndex: number;
  readonly sent: number;
  /** What the room has counted of it in the end; null: nothing could be seen of the room any more. */
  readonly tally: Pick<TallyView, 'count' | 'sum' | 'last' | 'repeats'> | null;
  /** Connections that ended without a final word. */
  readonly losses: number;
  /** How often its client's own way back failed, so that it asked for its seat again. */
  readonly reseated: number;
  /** Rooms that were gone for good when it came back. */
  readonly roomsLost: number;
  /** What the traffic on its sockets had against the contract, where it was read along. */
  readonly wireBreaches: readonly string[];
  readonly sight: SightFacts;
}

/** Someone who sits in the field. */
export interface FieldPlayer {
  readonly kind: ClientKind;
  readonly name: string;
  readonly matchId: string;
  readonly isConnected: boolean;
  /** null: no state yet. */
  readonly state: FieldView | null;
  /** How long nothing new was seen; null: nothing was seen yet. */
  readonly silentMs: number | null;
  /** Sends its next number, if its client can take one. */
  say(): void;
  /** Whether the room has counted all that counts for sure. */
  readonly isSettled: boolean;
  report(): SeatReport;
  close(): void;
}

export function tallyOf(state: FieldView | null, seatIndex: number): SeatReport['tally'] {
  const tally = state === null ? undefined : [...state.tallies][seatIndex];
  if (tally === undefined) return null;
  const { count, sum, last, repeats } = tally;
  return { count, sum, last, repeats };
}
