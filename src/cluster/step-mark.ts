import { closeSync, constants, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';

/** Ids are ASCII and at most 36 long; the rest of a slot is zeros. */
const SLOT_BYTES = 64;
const STEPPING = 0;
const RESTORING = 1;
const EMPTY = Buffer.alloc(SLOT_BYTES);

/**
 * Remembers which room is being stepped or restored, so that the next start knows whose fault the death of this process
 * may have been: a file in the data folder with the match's id in it. Written with one small `pwrite` a step
 * (about 2 µs): into the kernel's memory, which is all that has to survive, since it is the process that dies and not the machine.
 */
export class StepMark {
  /** The match that was being stepped or restored when the last process died; null: none was. */
  readonly suspect: string | null;
  readonly #file: number;
  readonly #slot = Buffer.alloc(SLOT_BYTES);

  /** @param file its folder is made if it isn't there */
  constructor(file: string) {
    mkdirSync(path.dirname(file), { recursive: true });
    this.#file = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
    // While a room steps, nothing else of the process runs: then it wasn't the restore that was under way as well.
    this.suspect = this.#read(STEPPING) ?? this.#read(RESTORING);
  }

  /** The suspect's death is counted: it is not to be counted again. */
  clearSuspect(): void {
    this.#write(STEPPING, EMPTY);
    this.#write(RESTORING, EMPTY);
  }

  stepping(matchId: string): void {
    this.#write(STEPPING, this.#named(matchId));
  }

  stepped(): void {
    this.#write(STEPPING, EMPTY);
  }

  restoring(matchId: string): void {
    this.#write(RESTORING, this.#named(matchId));
  }

  restored(): void {
    this.#write(RESTORING, EMPTY);
  }

  close(): void {
    closeSync(this.#file);
  }

  #named(matchId: string): Buffer {
    this.#slot.fill(0);
    this.#slot.write(matchId, 'latin1');
    return this.#slot;
  }

  #write(slot: number, content: Buffer): void {
    try {
      writeSync(this.#file, content, 0, SLOT_BYTES, slot * SLOT_BYTES);
    } catch {
      // A full or broken disk costs the name of a suspect, never a step.
    }
  }

  #read(slot: number): string | null {
    const content = Buffer.alloc(SLOT_BYTES);
    const length = readSync(this.#file, content, 0, SLOT_BYTES, slot * SLOT_BYTES);
    const end = content.indexOf(0);
    const matchId = content.toString('latin1', 0, Math.min(length, end < 0 ? SLOT_BYTES : end));
    return /^[A-Za-z0-9_-]{8,36}$/.test(matchId) ? matchId : null;
  }
}
