/** Harsher than any balancer: each single request goes to the next process, whatever connection its client would keep. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Front, type FrontOptions } from '../../scripts/cluster/front.ts';

const HEAD_END = '\r\n\r\n';
/** Who says more than this before the end of the head is no client whose requests have to be told apart. */
const MAX_HEAD_BYTES = 32_768;

/** Before a {@link Front}: lets each connection carry one request, so that the next one has a connection of its own. */
export class SpreadingFront implements AsyncDisposable {
  readonly #front: Front;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(front: Front) {
    this.#front = front;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (incoming) => {
      this.#keep(incoming);
      const outgoing = connect({ port: front.port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      join(incoming, this.#keep(outgoing));
    });
  }

  static async listen(targets: FrontOptions['targets']): Promise<SpreadingFront> {
    const spreading = new SpreadingFront(await Front.listen({ port: 0, host: '127.0.0.1', targets }));
    spreading.#server.listen(0, '127.0.0.1');
    await once(spreading.#server, 'listening');
    return spreading;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await this.#front.close();
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }
}

function join(incoming: Socket, outgoing: Socket): void {
  for (const [from, to] of [
    [incoming, outgoing],
    [outgoing, incoming],
  ] as const)
    from.once('close', (hadError) => {
      if (hadError || !from.readableEnded) to.resetAndDestroy();
    });
  outgoing.pipe(incoming);
  let head = '';
  const hear = (chunk: Buffer): void => {
    head += chunk.toString('latin1');
    if (!head.includes(HEAD_END) && head.length < MAX_HEAD_BYTES) return;
    pass();
  };
  const pass = (): void => {
    incoming.off('data', hear).off('end', pass);
    outgoing.write(Buffer.from(asLastRequest(head), 'latin1'));
    if (incoming.readableEnded) outgoing.end();
    else incoming.pipe(outgoing);
  };
  incoming.on('data', hear).on('end', pass);
}

/** An upgrade, and what is no request, stay as they are. */
function asLastRequest(said: string): string {
  const end = said.indexOf(HEAD_END);
  const head = end < 0 ? said : said.slice(0, end);
  if (!/^[A-Z]+ \S+ HTTP\/1\.1\r\n/.test(head) || /\r\nupgrade:/i.test(head)) return said;
  const [first, ...headers] = head.split('\r\n');
  const kept = headers.filter((header) => !/^connection:/i.test(header));
  return [first, 'Connection: close', ...kept].join('\r\n') + said.slice(head.length);
}
