/** Why a match could not be handed off to its process: the reason that its lobby shows. */
export type HandOffReason = 'no-capacity' | 'room-failed' | 'seat-failed';

export class HandOffError extends Error {
  override readonly name = 'HandOffError';

  readonly reason: HandOffReason;

  constructor(reason: HandOffReason, matchId: string, options?: ErrorOptions) {
    super(`${matchId} could not be handed off: ${reason}`, options);
    this.reason = reason;
  }
}
