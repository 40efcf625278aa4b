/** Somebody declared this incarnation dead and sealed its log: nothing that it does counts any more. */
export class LogSealedError extends Error {
  override readonly name = 'LogSealedError';

  readonly incarnation: string;

  constructor(incarnation: string) {
    super(`the log of incarnation ${incarnation} is sealed: another process has taken over`);
    this.incarnation = incarnation;
  }
}

/** Redis was started anew, or was emptied: it is open what it still has. The log works again, and lacks what it had. */
export class LogLostError extends Error {
  override readonly name = 'LogLostError';

  constructor() {
    super('Redis may have lost the match log: every match needs a full state');
  }
}

/** A record that isn't known to be durable: the log was away, or went away before it had it. Play went on without. */
export class RecordLostError extends Error {
  override readonly name = 'RecordLostError';

  constructor(matchId: string, options?: ErrorOptions) {
    super(`the match log is away: a record of ${matchId} is not in it`, options);
  }
}
