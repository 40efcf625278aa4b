import type { ClusterView } from '../../protocol/admin.ts';
import type { Member } from './member.ts';

const ASK_LIMIT_MS = 1_000;
const MATCHES_SHOWN = 400;

/** Asks the processes as their operator. */
export class Operator {
  readonly #members: readonly Member[];
  readonly #token: string;

  constructor(members: readonly Member[], token: string) {
    this.#members = members;
    this.#token = token;
  }

  /** From whichever process answers; null: none does. */
  async look(): Promise<ClusterView | null> {
    const path = `/v1/admin/cluster?matches=true&limit=${MATCHES_SHOWN}`;
    for (const member of this.#members.filter(({ isReady }) => isReady)) {
      const answer = await this.#send(member, path, { method: 'GET' }).catch(() => null);
      if (answer?.ok) return (await answer.json()) as ClusterView;
    }
    return null;
  }

  /** @throws Error if the process doesn't take the wish */
  async drain(member: Member): Promise<void> {
    const answer = await this.#send(member, '/v1/admin/drain', { method: 'POST' });
    if (!answer.ok) throw new Error(`${member.name} answers ${answer.status} to the wish to drain it`);
  }

  #send({ port }: Member, path: string, { method }: { readonly method: string }): Promise<Response> {
    return fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.#token}` },
      signal: AbortSignal.timeout(ASK_LIMIT_MS),
    });
  }
}
