import type { RecordedMatch, SeatInit, SeatStatus } from '../../rooms/kit/ports.ts';
import type { HandOffReason } from '../realtime/hand-off-error.ts';
import type { Unheard } from '../realtime/unheard.ts';
import type { Reservation } from '../realtime/ports.ts';
import type { ProcessLoad } from '../store/schema.ts';

/** A process of the cluster that lives, as the last look at the database has it. */
export interface Member {
  readonly incarnation: string;
  /** `host:port` where other processes reach it. */
  readonly address: string;
  /** `host[:port][/path]` where clients reach it directly; null: by the shared address alone. */
  readonly directAddress: string | null;
  readonly draining: boolean;
  /** What its build can run: `compat` by game. */
  readonly compats: Readonly<Record<string, string>>;
  readonly load: ProcessLoad;
}

/** Where a process is called. */
export type Peer = Pick<Member, 'incarnation' | 'address'>;

/** What one process asks of another: all of it may be asked twice, since an answer may be lost. */
export interface Calls {
  /** Step 2 of a hand-off. Refused with a {@link HandOffReason}. */
  readonly create: { readonly ask: { readonly reservation: Reservation }; readonly answer: null };
  /** Step 4 of a hand-off, and the last of a migration: the match is this process's, by SQL. false: there is no room. */
  readonly open: { readonly ask: { readonly matchId: string }; readonly answer: boolean };
  /** The match will not come here after all, by this attempt to move it or by an earlier one. */
  readonly discard: {
    readonly ask: { readonly matchId: string; readonly epoch: number; readonly attempt: number };
    readonly answer: null;
  };
  /** A seat of a room that is there, which is told of all seats first; null: the room isn't there. */
  readonly seat: {
    readonly ask: { readonly matchId: string; readonly seatIndex: number; readonly seats: readonly SeatInit[] };
    readonly answer: SeatStatus | null;
  };
  /**
   * A room moves here: it is restored and recorded, and stays frozen until it is opened. Attempts of one owner count up: what an
   * earlier one brings is older. Refused with a {@link HandOffReason}.
   */
  readonly receive: {
    readonly ask: { readonly reservation: Reservation; readonly recorded: RecordedMatch; readonly attempt: number };
    readonly answer: { readonly recorded: boolean };
  };
  /** A session has ended: nobody is let in by it any more, not even by whom the word of it reaches late. */
  readonly 'sign-out': { readonly ask: { readonly sessionId: string }; readonly answer: null };
  /** The process that asks stops: whoever is connected through it is to be told to come back. */
  readonly dismiss: { readonly ask: { readonly by: string }; readonly answer: null };
  /** The operator wants the process to move its matches away, and to end. */
  readonly drain: { readonly ask: null; readonly answer: null };
  /** What was said to a room when it was about to move, and after it had. Refused with `not-here`. */
  readonly hear: {
    readonly ask: { readonly matchId: string; readonly unheard: readonly Unheard[] };
    readonly answer: null;
  };
}

export type CallName = keyof Calls;

/** Why a call has no answer: nobody took it for certain, it was refused with a code, or it is open whether it happened. */
export type CallFailure = 'unreachable' | 'refused' | 'unknown';

export class PeerCallError extends Error {
  override readonly name = 'PeerCallError';
  readonly failure: CallFailure;
  /** Of a refusal. */
  readonly code: string | null;

  constructor(message: string, why: { failure: CallFailure; code?: string }, options?: ErrorOptions) {
    super(message, options);
    this.failure = why.failure;
    this.code = why.code ?? null;
  }
}

/** Thrown by whoever serves a call: the caller gets the code. */
export class CallRefusal extends Error {
  override readonly name = 'CallRefusal';
  readonly code: HandOffReason | 'incompatible' | 'not-here';

  constructor(code: CallRefusal['code'], options?: ErrorOptions) {
    super(`refused: ${code}`, options);
    this.code = code;
  }
}

/** Signed calls between the processes of a cluster. */
export interface PeerCalls {
  /**
   * Rejects with a `PeerCallError`. An incarnation that is no more never answers for its successor at the same address.
   * @param timeoutMs 2,000 if left out; past it, it is open whether the call has happened
   */
  call<Name extends CallName>(
    to: Peer,
    name: Name,
    ask: Calls[Name]['ask'],
    options?: { readonly timeoutMs?: number },
  ): Promise<Calls[Name]['answer']>;
  /** Takes a call, from now on. */
  serve<Name extends CallName>(name: Name, answer: (ask: Calls[Name]['ask']) => Promise<Calls[Name]['answer']>): void;
}

/** Where a room is to be found, for a socket that asks for it. */
export type RoomPlace =
  /** In this process, now or in a moment. */
  | { readonly at: 'here' }
  | { readonly at: 'peer'; readonly peer: Peer }
  /** On its way to some process: to be asked again soon. */
  | { readonly at: 'moving' }
  /** Nowhere: the socket is closed with this code. */
  | { readonly at: 'nowhere'; readonly closeCode: number };

/** Says where rooms are. */
export interface RoomLocator {
  /** @param processId the incarnation in the socket's path: a hub belongs to one */
  locate(roomId: string, processId: string): Promise<RoomPlace>;
}
