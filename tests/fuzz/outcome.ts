import type { CloseCode } from '../../protocol/close-codes.ts';
import { CloseCode as CODES } from '../../protocol/close-codes.ts';
import type { BareAnswer } from './bare-connection.ts';

/** Something that must not happen, whatever a client does. */
export class Finding extends Error {
  override readonly name = 'Finding';
}

/** What an answer comes to, in a word or two. Throws a {@link Finding} unless it is clear and no fault of the server's. */
export function outcomeOf(answer: BareAnswer | null): string {
  if (answer === null) throw new Finding('no answer');
  const { status, head, body } = answer;
  if (status < 200 || status >= 500) throw new Finding(`the answer ${head.slice(0, 200)} ${body.slice(0, 500)}`);
  if (status < 400) return String(status);
  if (!/^content-type: application\/problem\+json/im.test(head)) return `${status} without a problem`;
  const problem = JSON.parse(body) as { status?: unknown; code?: unknown; requestId?: unknown };
  if (problem.status !== status || typeof problem.code !== 'string' || typeof problem.requestId !== 'string') {
    throw new Finding(`not the form of a problem: ${body.slice(0, 500)}`);
  }
  return `${status} ${problem.code}`;
}

const OURS: ReadonlySet<number> = new Set(Object.values<CloseCode>(CODES));

/** What a closed socket comes to. `null` is a server that hung up without a word. */
export function closeOf(code: number | null, allowed: ReadonlySet<number> = OURS): string {
  if (code === null || !allowed.has(code)) throw new Finding(`closed with ${code ?? 'no frame at all'}`);
  return String(code);
}
