/** Somebody declared this incarnation dead and sealed its log: nothing that it does counts any more. */
export class LogSealedError extends Error {
  override readonly name = 'LogSealedError';

  readonly incarnation: string;

  constructor(incarnation: string) {
    super(`the log of incarnation ${incarnation} is sealed: another process has taken over`);
    this.incarnation = incarnation;
  }
}
