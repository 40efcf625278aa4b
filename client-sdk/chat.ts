import { LiveValue } from './live.ts';
import type { Live } from './live.ts';
import { queryString } from './lobby-filter.ts';
import type { Api } from './session.ts';
import type { ChatMessageView, PageView } from './views.ts';

/** A lobby's chat: `view` has the messages that are known here, oldest first. */
export interface Chat extends Live<readonly ChatMessageView[]> {
  /** 1–500 characters. */
  send(text: string): Promise<ChatMessageView>;
  /** Brings up to `limit` (1–100, default 50) messages from before those in `view`; false if there are no more. */
  loadHistory(limit?: number): Promise<boolean>;
}

const DEFAULT_PAGE = 50;
/** More than this and the oldest are forgotten; history brings them back. */
const MAX_KEPT = 500;

export class LobbyChat implements Chat {
  readonly #api: Api;
  readonly #path: string;
  readonly #messages = new LiveValue<readonly ChatMessageView[]>([]);
  #cursor: string | null = null;
  #atStart = false;

  constructor(api: Api, lobbyId: string) {
    this.#api = api;
    this.#path = `/v1/lobbies/${lobbyId}/messages`;
  }

  get view(): readonly ChatMessageView[] {
    return this.#messages.view;
  }

  get subscribe(): Chat['subscribe'] {
    return this.#messages.subscribe;
  }

  async send(text: string): Promise<ChatMessageView> {
    const message = await this.#api.call<ChatMessageView>({
      method: 'POST',
      path: this.#path,
      body: { text },
      keyed: true,
    });
    this.add([message]);
    return message;
  }

  async loadHistory(limit = DEFAULT_PAGE): Promise<boolean> {
    if (this.#atStart) return false;
    const page = await this.#page(limit, this.#cursor);
    this.#cursor = page.nextCursor;
    this.#atStart = page.nextCursor === null;
    this.add(page.items);
    return !this.#atStart;
  }

  /** After a lost connection: what was said meanwhile. */
  async catchUp(): Promise<void> {
    if (this.view.length > 0 || this.#messages.watched) this.add((await this.#page(DEFAULT_PAGE, null)).items);
  }

  add(messages: readonly ChatMessageView[]): void {
    const known = new Set(this.view.map(({ id }) => id));
    const fresh = messages.filter(({ id }) => !known.has(id));
    if (fresh.length === 0) return;
    this.#messages.set([...this.view, ...fresh].sort(byTime).slice(-MAX_KEPT));
  }

  #page(limit: number, cursor: string | null): Promise<PageView<ChatMessageView>> {
    return this.#api.call({ method: 'GET', path: `${this.#path}${queryString({ limit, cursor })}` });
  }
}

function byTime(one: ChatMessageView, other: ChatMessageView): number {
  return one.sentAt === other.sentAt ? compare(one.id, other.id) : compare(one.sentAt, other.sentAt);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
