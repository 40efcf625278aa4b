// Clients that read and count frames of Colyseus' protocol, and say no more than they must. They are on plain sockets, since
// on a small machine a reader that works hard slows down the server that it measures.
import { connect } from 'node:net';
import { childOptions, serveParent } from '../child-side.ts';

/** Codes of Colyseus' protocol; the rest of a message's first byte says what comes before its body. */
const JOIN_ROOM = 10;
const STATE = 14;
const STATE_PATCH = 15;
const CODE_MASK = 0x1f;
/** Of the WebSocket protocol (RFC 6455). */
const PING = 0x89;
const CLOSE = 0x88;
/** With a mask of zeros, which changes nothing: a pong, and a message that says JOIN_ROOM. */
const PONG_FRAME = Buffer.of(0x8a, 0x80, 0, 0, 0, 0);
const JOIN_FRAME = Buffer.of(0x82, 0x81, 0, 0, 0, 0, JOIN_ROOM);
const UPGRADE_END = '\r\n\r\n';
/** Handshakes that are under way at a time. */
const AT_A_TIME = 20;

const { port } = childOptions() as { port: number };
const counts = { patches: 0, patchBytes: 0, states: 0, others: 0, closed: 0 };

serveParent({
  ready: {},
  asks: {
    /** Opens a socket a path, and resolves when each has had its first state. */
    join: async (paths: readonly string[]) => {
      const left = [...paths];
      const joinAll = async (): Promise<void> => {
        for (let path = left.shift(); path !== undefined; path = left.shift()) await join(path);
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, joinAll));
    },
    counts: () => counts,
  },
});

function join(path: string): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  return new Promise((resolve, reject) => {
    let closeCode = 0;
    let upgraded = false;
    let torn: Buffer | null = null;
    const onFrame = (frame: Buffer, at: number): void => {
      if (frame[0] === PING) socket.write(PONG_FRAME);
      else if (frame[0] === CLOSE) closeCode = frame.readUInt16BE(at);
      else {
        const code = (frame[at] ?? 0) & CODE_MASK;
        if (code === STATE_PATCH) {
          counts.patches += 1;
          counts.patchBytes += frame.length - at;
        } else if (code === JOIN_ROOM) socket.write(JOIN_FRAME);
        else if (code === STATE) {
          counts.states += 1;
          resolve();
        } else counts.others += 1;
      }
    };
    socket.on('data', (chunk) => {
      let bytes = torn === null ? chunk : Buffer.concat([torn, chunk]);
      if (!upgraded) {
        const end = bytes.indexOf(UPGRADE_END);
        upgraded = end >= 0;
        if (upgraded) bytes = bytes.subarray(end + UPGRADE_END.length);
      }
      torn = upgraded ? takeFrames(bytes, onFrame) : bytes;
    });
    socket.once('error', reject);
    socket.once('close', () => {
      counts.closed += 1;
      reject(new Error(`The server has closed a socket with ${closeCode}.`));
    });
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==${UPGRADE_END}`,
    );
  });
}

/** Hands over each whole frame, with the place where its message begins. @returns what is left */
function takeFrames(bytes: Buffer, onFrame: (frame: Buffer, at: number) => void): Buffer | null {
  let start = 0;
  while (bytes.length - start >= 2) {
    const short = bytes[start + 1] as number;
    const at = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length - start < at) break;
    const messageBytes =
      at === 2 ? short : at === 4 ? bytes.readUInt16BE(start + 2) : Number(bytes.readBigUInt64BE(start + 2));
    const end = start + at + messageBytes;
    if (end > bytes.length) break;
    onFrame(bytes.subarray(start, end), at);
    start = end;
  }
  return start === bytes.length ? null : bytes.subarray(start);
}
