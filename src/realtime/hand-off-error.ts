/** Why a match could not be handed off to its process: the reason that its lobby shows. */
export const HAND_OFF_REASONS = ['no-capacity', 'room-failed', 'seat-failed'] as const;
export type HandOffReason = (typeof HAND_OFF_REASONS)[number];

export class HandOffError extends Error {
  override readonly name = 'HandOffError';

  readonly reason: HandOffReason;

  constructor(reason: HandOffReason, matchId: string, options?: ErrorOptions) {
    super(`${matchId} could not be handed off: ${reason}`, options);
    this.reason = reason;
  }
}
