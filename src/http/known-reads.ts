import type { IncomingMessage } from 'node:http';
import { PROTOCOL_VERSION } from '../../protocol/limits.ts';
import type { Route, SharedAnswer } from './route.ts';

/** A read that was answered before. */
export interface KnownRead {
  readonly route: Route;
  readonly answer: SharedAnswer;
}

/** Enough for what clients ask for again and again; whoever asks for something else each time only forgets others'. */
const MAX_READS = 1_000;
const MAX_URL_LENGTH = 1_000;
const MAX_ACCEPTS = 50;
const MAX_ACCEPT_LENGTH = 200;

/**
 * Remembers by their very text which requests were found good and have a shared answer. So the next one like it need not
 * be taken apart, and there is no second place that says what is good.
 */
export class KnownReads {
  readonly #reads = new Map<string, KnownRead>();
  readonly #accepts = new Set<string | undefined>();

  /** null: nothing is known about such a request, or it carries something that is out of the ordinary. */
  find(req: IncomingMessage): KnownRead | null {
    if (req.method !== 'GET') return null;
    const known = this.#reads.get(req.url ?? '');
    return known !== undefined && this.#isOrdinary(req) ? known : null;
  }

  /** The handler has answered `query`, which `url` was read as. `url` says nothing about who calls. */
  learn(req: IncomingMessage, { url, route, query }: { url: string; route: Route; query: unknown }): void {
    this.#learnAccept(req.headers.accept);
    if (url.length > MAX_URL_LENGTH || this.#reads.has(url)) return;
    const answer = route.shared(query);
    if (answer === null) return;
    forgetOldest(this.#reads, MAX_READS);
    this.#reads.set(url, { route, answer });
  }

  #learnAccept(accept: string | undefined): void {
    if (this.#accepts.has(accept) || (accept?.length ?? 0) > MAX_ACCEPT_LENGTH) return;
    forgetOldest(this.#accepts, MAX_ACCEPTS);
    this.#accepts.add(accept);
  }

  /** No body, no conditions, and nothing that the checks before the handler would have to judge. */
  #isOrdinary({ headers }: IncomingMessage): boolean {
    const protocol = headers['x-gyre-protocol'];
    return (
      (protocol === undefined || protocol === THIS_PROTOCOL) &&
      this.#accepts.has(headers.accept) &&
      headers['if-match'] === undefined &&
      headers['content-length'] === undefined &&
      headers['transfer-encoding'] === undefined
    );
  }
}

const THIS_PROTOCOL = String(PROTOCOL_VERSION);

/** Makes room for one more among `max`. */
function forgetOldest<Key>(
  known: { keys(): Iterator<Key>; delete(key: Key): boolean; size: number },
  max: number,
): void {
  const keys = known.keys();
  while (known.size >= max) known.delete(keys.next().value as Key);
}
