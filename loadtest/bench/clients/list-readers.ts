// Connections that ask for one page again and again, each as soon as it has the last one.
import { connect, type Socket } from 'node:net';
import { childOptions, serveParent } from '../child-side.ts';

export interface ListReaders {
  readonly port: number;
  readonly path: string;
  /** One connection for each. */
  readonly tokens: readonly string[];
}

const HEAD_END = '\r\n\r\n';
/** Longer than the headers of any of the servers. */
const HEAD_MAX_BYTES = 4_096;

const { port, path, tokens } = childOptions() as ListReaders;
const counts = { pages: 0, pageBytes: 0, wrong: 0 };
const sockets: Socket[] = [];

serveParent({
  ready: {},
  asks: {
    begin: () => {
      for (const token of tokens) sockets.push(readOn(token));
    },
    counts: () => counts,
    end: () => {
      for (const socket of sockets.splice(0)) socket.destroy();
    },
  },
});

function readOn(token: string): Socket {
  const headers = ['Connection: keep-alive', 'Accept: application/json', `Authorization: Bearer ${token}`];
  const request = Buffer.from([`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...headers, '', ''].join('\r\n'));
  let missing = 0;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(request));
  socket.on('error', () => (counts.wrong += 1));
  socket.on('data', (chunk) => {
    missing = missing === 0 ? sizeOf(chunk) - chunk.length : missing - chunk.length;
    if (missing > 0) return;
    counts.pages += 1;
    socket.write(request);
  });
  return socket;
}

/** Bytes of the answer that begins with this piece; its headers come in one. */
function sizeOf(chunk: Buffer): number {
  const text = chunk.toString('latin1', 0, HEAD_MAX_BYTES);
  const headBytes = text.indexOf(HEAD_END) + HEAD_END.length;
  const bodyBytes = Number(/^content-length: (\d+)/im.exec(text)?.[1]);
  if (!text.startsWith('HTTP/1.1 200') || !(bodyBytes > 0)) {
    counts.wrong += 1;
    return chunk.length;
  }
  counts.pageBytes = bodyBytes;
  return headBytes + bodyBytes;
}
