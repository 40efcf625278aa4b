import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { unpack } from 'msgpackr';
import { dataFrame, joinFrame, responseFrame, sharedDataFrame, timedFrame } from './frames.ts';
import { readFrame, unpackPayload } from './inbound-frame.ts';

test('a frame is bytes of its own: building others, larger ones too, changes nothing in it [RM-11]', () => {
  const build = () => [
    dataFrame('event', { text: 'first' }),
    responseFrame(7, { ok: true }),
    joinFrame({ reconnectionToken: 't'.repeat(60), serializer: 'schema', handshake: Buffer.alloc(500, 1) }),
  ];
  const frames = build();
  const copies = frames.map((frame) => Buffer.from(frame));
  for (let size = 1; size < 100_000; size *= 3) {
    dataFrame('other', 'x'.repeat(size));
    responseFrame(size, 'y'.repeat(size));
    joinFrame({ reconnectionToken: 'u'.repeat(128), serializer: 'none', handshake: Buffer.alloc(size, 2) });
  }
  expect(frames.map((frame) => Buffer.from(frame))).toEqual(copies);
});

test('the same object sent to many is one frame; another type, or an equal object, is another', () => {
  const message = { rev: 1, match: null };
  expect(sharedDataFrame('match', message)).toBe(sharedDataFrame('match', message));
  expect(sharedDataFrame('lobby', message)).not.toBe(sharedDataFrame('match', message));
  expect(sharedDataFrame('match', { ...message })).not.toBe(sharedDataFrame('match', message));
});

test('a match of more than 49 days still has frames: what they say of its time begins anew [RM-16]', () => {
  const state = Buffer.from([14, 1, 2, 3]);
  expect(Buffer.from(timedFrame(state, 2 ** 32 + 7))).toEqual(Buffer.from(timedFrame(state, 7)));
});

test('what one side writes, the other reads: names of any length, any payload', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 }),
      fc.jsonValue({ maxDepth: 5 }),
      (type, payload) => {
        const frame = readFrame(messageIn(dataFrame(type, payload)));
        if (frame?.kind !== 'message') throw new Error('not a message');
        expect(frame).toMatchObject({ type, requestId: null });
        const unpacked = unpackPayload(frame.packed);
        expect(unpacked).toEqual({ value: unpack(frame.packed) });
      },
    ),
  );
});

test('any bytes at all are read as a frame or as nothing, without a throw', () => {
  const readAll = fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    const frame = readFrame(Buffer.from(bytes));
    return frame?.kind !== 'message' || typeof unpackPayload(frame.packed) === 'object';
  });
  expect(fc.check(readAll, { numRuns: 2_000 })).toMatchObject({ failed: false });
});

/** Behind the head of a WebSocket frame. */
function messageIn(frame: Buffer): Buffer {
  const length = frame[1] ?? 0;
  return frame.subarray(length < 126 ? 2 : length === 126 ? 4 : 10);
}
