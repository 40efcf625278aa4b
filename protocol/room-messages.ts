/** The message type that carries Gyre's own traffic on a match's socket, both ways. */
export const GYRE_TYPE = '__gyre';

/** Client → room: `[seq, name, payload]`, with a fourth `true` to get a reply. `payload` is null where none is declared. */
export type GyreInput = readonly [seq: number, name: string, payload: unknown, reply?: true];

/** After each join and reconnect. Inputs go on at `lastSeq + 1`. */
export interface Welcome {
  readonly type: 'welcome';
  readonly protocol: number;
  /** null for a spectator. */
  readonly seatIndex: number | null;
  readonly epoch: number;
  readonly tick: number;
  readonly lastSeq: number;
}
export interface Reply {
  readonly type: 'reply';
  readonly seq: number;
  readonly ok: boolean;
  readonly refused: string | null;
}
/** In a tick that consumed inputs of this seat without replies: the last of them. */
export interface Ack {
  readonly type: 'ack';
  readonly seq: number;
}
export interface ResultMessage {
  readonly type: 'result';
  readonly result: MatchResult;
}
export type GyreMessage = Welcome | Reply | Ack | ResultMessage;

/** The answer to a request: refused by the game's rules, or not. */
export type RequestReply<Refusal extends string = string> =
  | { readonly ok: true }
  | { readonly ok: false; readonly refused: Refusal };

export interface Placement {
  readonly seatIndex: number;
  readonly playerId: string | null;
  /** 1 is best; equal places are a draw: 1, 1, 3. */
  readonly place: number;
  readonly score: number | null;
}
export interface MatchResult {
  readonly placements: readonly Placement[];
  readonly data: Readonly<Record<string, unknown>>;
}
