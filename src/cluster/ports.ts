import type { CommitRecord, RecordedMatch } from '../../rooms/kit/ports.ts';

/** The three ports between a process and what outlives it. One contract suite runs on every implementation. */

/** A record of one match, as the log holds it. */
export interface LogRecord extends CommitRecord {
  readonly matchId: string;
  readonly epoch: number;
}

/** The log of one incarnation: all of its rooms, in one order. */
export interface RoomLog {
  /**
   * Makes the records durable, all or nothing, in order; none at all: tells whether the log works. Rejects with
   * `LogSealedError` once somebody sealed the log. After another rejection it is open whether they are durable, and a full state of
   * each match in them must come before its next patch.
   */
  append(records: readonly LogRecord[]): Promise<void>;
  /** Says that a match needs no records any more. */
  forget(matchId: string): void;
  /** Appends a last clock entry and closes the log; its records stay. */
  close(): Promise<void>;
}

/** Logs of incarnations that are no more. */
export interface DeadLogs {
  /** Incarnations other than our own that have left a log. */
  list(): Promise<readonly string[]>;
  /** From now on this log takes nothing more: whoever still writes it has its appends rejected. */
  seal(incarnation: string): Promise<void>;
  /**
   * Seals these logs and reads them: the newest epoch of each match. Torn ends are cut off. An incarnation that has
   * none is passed by. Reading again gives the same.
   */
  read(incarnations: readonly string[]): Promise<ReadonlyMap<string, RecordedMatch>>;
  /** Drops logs that were sealed, when nothing needs them any more. */
  discard(incarnations: readonly string[]): Promise<void>;
}

/** A match that was taken over, as the database knows it. */
export interface Claim {
  readonly matchId: string;
  /** The new one. */
  readonly epoch: number;
  readonly game: string;
  readonly compat: string;
  /** Deaths of processes that are its doing. */
  readonly deaths: number;
  /** Deaths of its processes in a row that nobody knows the cause of. */
  readonly uncleanDeaths: number;
  /** Incarnations whose logs may have its newest record. */
  readonly logs: readonly string[];
}

/** Who is alive, and who owns which match. */
export interface Coordinator {
  readonly incarnation: string;
  /** Registers this incarnation. Rejects with a clear error if another process holds the database. */
  start(): Promise<void>;
  /** Takes over matches in `playing` that no living incarnation owns: owner and epoch + 1, in one transaction. */
  claimOrphans(): Promise<readonly Claim[]>;
  /** Counts a death for the match that was being stepped or restored when its process died. Resolves with the count, 0 if there is no such match. */
  countDeath(matchId: string): Promise<number>;
  /** Gives up ownership of everything (a clean stop) and ends the incarnation. */
  stop(): Promise<void>;
}

/** Nudges to all processes, and calls to one. A nudge may be lost: whoever listens also looks for itself at times. */
export interface Bus {
  publish<Topic extends keyof Nudges>(topic: Topic, nudge: Nudges[Topic]): void;
  /** Returns the function that ends the subscription. */
  subscribe<Topic extends keyof Nudges>(topic: Topic, listener: (nudge: Nudges[Topic]) => void): () => void;
  /** Told whenever nudges may have been lost and are heard again. Returns the function that ends it. */
  onReturn(listener: () => void): () => void;
}

export interface Nudges {
  /** A lobby has a new version. */
  readonly lobby: { readonly lobbyId: string; readonly game: string };
  /** A player's lobby or match changed (its `rev`), or one of them has a new version. */
  readonly player: { readonly playerId: string; readonly exit?: 'left' | 'kicked' | 'closed' | 'expired' };
  /** A match has a new version. */
  readonly match: { readonly matchId: string };
  readonly chat: { readonly lobbyId: string; readonly messageId: string };
  /** A session ended: its hubs close with 4102. */
  readonly session: { readonly sessionId: string; readonly playerId: string };
  /** What its room has to know has changed in SQL: a seat was added or given up, it is private, or it is over. */
  readonly room: { readonly matchId: string };
  /** A match has another owner: whoever holds sockets for it looks again. */
  readonly owner: { readonly matchId: string };
  /** Matches wait for somebody to take them over. */
  readonly orphans: { readonly incarnation: string };
}
