import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FrameBoundary } from './frame-boundary.ts';
import { closeFrame, frameOf, pingFrame } from './web-socket-frame.ts';

const HANDSHAKE = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n');
const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536];

test('[CL-85] it is known after each byte whether a frame is whole, however the bytes come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...SIZES), { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1, maxLength: 12 }),
      (sizes, steps) => {
        const parts: Buffer[] = [HANDSHAKE, ...sizes.map((size) => frameOf(Buffer.alloc(size, 7))), pingFrame()];
        const stream = Buffer.concat(parts);
        const ends = new Set<number>();
        let end = 0;
        for (const part of parts) ends.add((end += part.length));
        const boundary = new FrameBoundary();
        for (let at = 0, step = 0; at < stream.length; step += 1) {
          const next = Math.min(stream.length, at + (steps[step % steps.length] ?? 1));
          boundary.take(stream.subarray(at, next));
          at = next;
          expect([at, boundary.isBetweenFrames]).toEqual([at, ends.has(at)]);
        }
      },
    ),
  );
});

test('[CL-85] before the handshake, and after a goodbye, nothing more can be said', () => {
  const boundary = new FrameBoundary();
  expect(boundary.isBetweenFrames).toBe(false);
  boundary.take(Buffer.concat([HANDSHAKE, closeFrame(4100)]));
  expect(boundary.isBetweenFrames).toBe(false);
});
