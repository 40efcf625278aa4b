/** A state that the match log could not bring back as it was. The author's to fix; the message says where and how. */
export class UnrecordableStateError extends Error {
  override readonly name = 'UnrecordableStateError';
}

/** Bytes that are not a state of this class, or not all of it. Nothing was restored. */
export class RestoreError extends Error {
  override readonly name = 'RestoreError';
}
