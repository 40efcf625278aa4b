import { crc32 } from 'node:zlib';
import { Packr } from 'msgpackr';
import type { LogRecord } from './ports.ts';

/**
 * How the match log looks on disk. A segment is a head (`GYRELOG\n`, format version) and frames; a frame is one
 * batch: a mark, the payload's length, its CRC-32, and the payload in MessagePack:
 * `[lifeMs, [[seq, kind, matchId, epoch, tick, timeMs, nextRefId, state, hidden], …]]`.
 * Numbers outside of the payload are unsigned 32-bit, little-endian.
 */

/** Raised with every change of the format. */
export const LOG_FORMAT_VERSION = 1;

const MAGIC = 'GYRELOG\n';
export const SEGMENT_HEAD_BYTES = MAGIC.length + 4;
const FRAME_MARK = Buffer.from('GyFr');
const FRAME_HEAD_BYTES = FRAME_MARK.length + 8;
/** Longer than any batch: what claims to be is damage. */
const MAX_PAYLOAD_BYTES = 512 * 1024 * 1024;

/** A record and its place after the last full state of its match: 0 for the full, then 1, 2, 3 without a gap. */
export interface ChainedRecord {
  readonly seq: number;
  readonly record: LogRecord;
}

/** What one append has written. */
export interface LogBatch {
  /** The process's clock at that moment: a sign of life, also without records. Whole ms. */
  readonly lifeMs: number;
  readonly records: readonly ChainedRecord[];
}

/** A segment, as far as it can be read. */
export interface ReadSegment {
  readonly batches: readonly LogBatch[];
  /** Bytes in the middle of the file that hold no intact frame. */
  readonly damagedBytes: number;
  /** Bytes after the last intact frame: what a process was writing when it died. */
  readonly tornBytes: number;
}

/** The log was written by a build whose format this one doesn't know. */
export class LogFormatError extends Error {
  override readonly name = 'LogFormatError';
}

const packr = new Packr({ useRecords: false, moreTypes: false });

export function encodeSegmentHead(): Buffer {
  const head = Buffer.alloc(SEGMENT_HEAD_BYTES);
  head.write(MAGIC, 'latin1');
  head.writeUInt32LE(LOG_FORMAT_VERSION, MAGIC.length);
  return head;
}

export function encodeBatch({ lifeMs, records }: LogBatch): Buffer {
  const payload = packr.pack([lifeMs, records.map(toTuple)]);
  const head = Buffer.allocUnsafe(FRAME_HEAD_BYTES);
  FRAME_MARK.copy(head);
  head.writeUInt32LE(payload.length, FRAME_MARK.length);
  head.writeUInt32LE(crc32(payload), FRAME_MARK.length + 4);
  return Buffer.concat([head, payload]);
}

/**
 * Reads all that is intact. Damage costs the frames that it touches and no other.
 * @throws LogFormatError if another version wrote it
 */
export function decodeSegment(bytes: Buffer): ReadSegment {
  const batches: LogBatch[] = [];
  let damagedBytes = 0;
  let end = readHead(bytes);
  for (let start = end; start < bytes.length;) {
    const frame = readFrame(bytes, start);
    if (frame === null) {
      const next = bytes.indexOf(FRAME_MARK, start + 1);
      start = next < 0 ? bytes.length : next;
      continue;
    }
    damagedBytes += start - end;
    batches.push(frame.batch);
    start = frame.end;
    end = frame.end;
  }
  return { batches, damagedBytes, tornBytes: bytes.length - end };
}

/** Where the frames begin. A head that was torn or damaged says nothing: what follows is judged frame by frame. */
function readHead(bytes: Buffer): number {
  if (bytes.length < SEGMENT_HEAD_BYTES || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return 0;
  const version = bytes.readUInt32LE(MAGIC.length);
  if (version === LOG_FORMAT_VERSION) return SEGMENT_HEAD_BYTES;
  throw new LogFormatError(`its format is version ${version}, this build reads version ${LOG_FORMAT_VERSION}`);
}

function readFrame(bytes: Buffer, start: number): { batch: LogBatch; end: number } | null {
  const from = start + FRAME_HEAD_BYTES;
  if (from > bytes.length || bytes.compare(FRAME_MARK, 0, FRAME_MARK.length, start, start + FRAME_MARK.length) !== 0) {
    return null;
  }
  const length = bytes.readUInt32LE(start + FRAME_MARK.length);
  const end = from + length;
  if (length > MAX_PAYLOAD_BYTES || end > bytes.length) return null;
  const payload = bytes.subarray(from, end);
  if (crc32(payload) !== bytes.readUInt32LE(start + FRAME_MARK.length + 4)) return null;
  const [lifeMs, tuples] = packr.unpack(payload) as [number, RecordTuple[]];
  return { batch: { lifeMs, records: tuples.map(fromTuple) }, end };
}

type RecordTuple = [
  seq: number,
  isFull: boolean,
  matchId: string,
  epoch: number,
  tick: number,
  timeMs: number,
  nextRefId: number,
  state: Uint8Array | null,
  hidden: Uint8Array | null,
];

function toTuple({ seq, record }: ChainedRecord): RecordTuple {
  const { kind, matchId, epoch, tick, timeMs, nextRefId, state, hidden } = record;
  return [seq, kind === 'full', matchId, epoch, tick, timeMs, nextRefId, state, hidden];
}

function fromTuple([seq, isFull, matchId, epoch, tick, timeMs, nextRefId, state, hidden]: RecordTuple): ChainedRecord {
  const kind = isFull ? 'full' : 'patch';
  return {
    seq,
    record: { kind, matchId, epoch, tick, timeMs, nextRefId, state: copyOf(state), hidden: copyOf(hidden) },
  };
}

/** A copy of its own: a view would keep the whole segment in memory. */
function copyOf(bytes: Uint8Array | null): Uint8Array | null {
  return bytes === null ? null : new Uint8Array(bytes);
}
