// What a tick of the walk weighs: each encoding as it leaves its server, and read back by the client's own decoder.
import { type Client, ClientState, SchemaSerializer } from '@colyseus/core';
import { Decoder, schema, type SchemaType, t } from '@colyseus/schema';
import { StateEncoder } from '../../../rooms/kit/state-codec.ts';
import { timedFrame } from '../../../src/realtime/frames.ts';
import { childOptions, serveParent } from '../child-side.ts';
import { inMetres, type Positions, TICK_RATE_HZ, walk } from '../walk.ts';

const Walker = schema({ x: t.uint16(), y: t.uint16() }, 'Walker');
type Walker = SchemaType<typeof Walker>;
const Crowd = schema({ walkers: t.map(Walker) }, 'Crowd');
type Crowd = SchemaType<typeof Crowd>;

const CODE_BYTES = 1;
const TIMED_PREFIX_BYTES = 8;
/** Of a WebSocket frame with up to 64 KB in it; it is no payload. */
const FRAME_HEAD_BYTES = 4;
const MS_PER_TICK = 1_000 / TICK_RATE_HZ;

/** An encoding of one walk: takes where everybody is, gives the bytes of the frame and what a client then believes. */
interface Encoding {
  /** Before the first tick that counts: a client that joins learns everything. */
  begin(positions: Positions): void;
  frameFor(positions: Positions, tick: number): { readonly bytes: number; readonly seen: Positions };
}

const encodings: Readonly<Record<string, () => Encoding>> = { gyre, colyseus, json };

const { encoding: name, seed, ticks } = childOptions() as { encoding: string; seed: number; ticks: number };
serveParent({ ready: {}, asks: { bytesPerTick: () => bytesPerTick(encodings[name]?.(), seed, ticks) } });

/** The mean over the ticks of a walk. @throws Error as soon as a client believes anything that isn't so. */
function bytesPerTick(encoding: Encoding | undefined, seed: number, ticks: number): number {
  if (!encoding) throw new Error(`There is no encoding ${name}.`);
  const path = walk(seed);
  encoding.begin(path.next().value);
  let total = 0;
  for (let tick = 1; tick <= ticks; tick += 1) {
    const positions = path.next().value;
    const { bytes, seen } = encoding.frameFor(positions, tick);
    if (seen.some((value, index) => value !== positions[index])) throw new Error(`Tick ${tick} was decoded wrongly.`);
    total += bytes;
  }
  return total / ticks;
}

/** As a room on a grid sends it: our encoder's patch, with the match's time. */
function gyre(): Encoding {
  const crowd = new Crowd();
  const encoder = new StateEncoder(crowd);
  const client = new Decoder(new Crowd());
  return {
    begin(positions) {
      place(crowd, positions);
      encoder.encodePatch();
      client.decode(encoder.encodeFull(), { offset: CODE_BYTES });
    },
    frameFor(positions, tick) {
      place(crowd, positions);
      const frame = timedFrame(encoder.encodePatch() as Uint8Array, tick * MS_PER_TICK);
      const message = frame.subarray(FRAME_HEAD_BYTES);
      client.decode(message, { offset: CODE_BYTES + TIMED_PREFIX_BYTES });
      return { bytes: message.length, seen: positionsOf(client.state) };
    },
  };
}

/** As a plain Colyseus room sends it: its own serializer, without the match's time. */
function colyseus(): Encoding {
  const crowd = new Crowd();
  const serializer = new SchemaSerializer<Crowd>();
  serializer.reset(crowd);
  const frames: Uint8Array[] = [];
  const socket = { state: ClientState.JOINED, raw: (frame: Uint8Array) => frames.push(frame) } as unknown as Client;
  const client = new Decoder(new Crowd());
  return {
    begin(positions) {
      place(crowd, positions);
      client.decode(serializer.getFullState(socket), { offset: CODE_BYTES });
      serializer.applyPatches([], crowd);
    },
    frameFor(positions) {
      place(crowd, positions);
      serializer.applyPatches([socket], crowd);
      const frame = frames.pop() as Uint8Array;
      client.decode(frame, { offset: CODE_BYTES });
      return { bytes: frame.length, seen: positionsOf(client.state) };
    },
  };
}

/** As a game without a library would: everybody's place in metres, every tick. */
function json(): Encoding {
  return {
    begin() {},
    frameFor(positions) {
      const walkers = Array.from({ length: positions.length / 2 }, (_, id) => ({
        id,
        x: inMetres(positions[2 * id] as number),
        y: inMetres(positions[2 * id + 1] as number),
      }));
      const text = JSON.stringify({ type: 'walkers', walkers });
      const received = JSON.parse(text) as { walkers: { x: number; y: number }[] };
      const perMetre = 1 / inMetres(1);
      return {
        bytes: Buffer.byteLength(text),
        seen: received.walkers.flatMap(({ x, y }) => [x * perMetre, y * perMetre]),
      };
    },
  };
}

function place(crowd: Crowd, positions: Positions): void {
  for (let id = 0; id < positions.length / 2; id += 1) {
    const known = crowd.walkers.get(String(id));
    const walker: Walker = known ?? new Walker();
    walker.x = positions[2 * id] as number;
    walker.y = positions[2 * id + 1] as number;
    if (!known) crowd.walkers.set(String(id), walker);
  }
}

function positionsOf(crowd: Crowd): Positions {
  return [...crowd.walkers.values()].flatMap(({ x, y }) => [x, y]);
}
