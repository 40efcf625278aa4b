/** Encoding, recording and restoring a room's state. `state-fingerprint.ts` is apart: it needs Node. */
export { restoreState } from './state-restore.ts';
export { ROOM_STATE_CODE, ROOM_STATE_PATCH_CODE, StateEncoder } from './state-encoder.ts';
export { RestoreError, UnrecordableStateError } from './state-errors.ts';
export { assertRecordable } from './state-support.ts';
