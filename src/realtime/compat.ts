import { createHash } from 'node:crypto';
import type { Schema } from '@colyseus/schema';
import type { AnyGame } from '../../rooms/kit/game-types.ts';
import { stateFingerprint } from '../../rooms/kit/state-fingerprint.ts';

/** Raised when what a match's records hold beside the state changes, so that builds can't read each other's. */
const RECORD_VERSION = 2;

/** Hash of all that must be alike in two builds for one to go on with a match of the other's; 32 hex digits. */
export function compatOf(game: AnyGame): string {
  const parts = [RECORD_VERSION, game.name, game.version, stateFingerprint(game.state as unknown as new () => Schema)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
