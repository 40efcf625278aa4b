import { connect } from 'node:net';

/** What came back on a bare socket. */
export interface RawAnswer {
  /** 0 if nothing came that looks like HTTP. */
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Writes bytes as they are and resolves with everything that comes until the server closes, or `isEnough` says so. */
export function rawRequest(
  url: string,
  bytes: string | Buffer,
  isEnough: (received: string) => boolean = (received) => received.includes('\r\n\r\n'),
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let received = '';
    const finish = () => {
      socket.destroy();
      const [head = '', ...body] = received.split('\r\n\r\n');
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), head, body: body.join('\r\n\r\n') });
    };
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (isEnough(received)) finish();
    });
    socket.on('end', finish);
    socket.on('error', (error) => (received === '' ? reject(error) : finish()));
  });
}
