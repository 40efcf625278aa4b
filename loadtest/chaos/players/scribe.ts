import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../random.ts';
import { Rest } from './rest.ts';

/** What one scribe had acknowledged, and what of it was found in the end. Plain data. */
export interface ScribeFacts {
  readonly acknowledged: number;
  /** In words; a write that was acknowledged and is not there. */
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** What one process had acknowledged and another did not show right after. */
  readonly stale: readonly string[];
  /** Writes that got no answer for as long as anybody would try. */
  readonly failures: readonly string[];
}

interface Page {
  readonly items: readonly { readonly text: string }[];
  readonly nextCursor: string | null;
}

interface Options {
  readonly endpoint: string;
  readonly name: string;
  readonly random: Random;
}

const LEAST_PAUSE_MS = 100;
const PAUSE_SPREAD_MS = 300;

/** Writes by REST, one write at a time, each until it is acknowledged; in the end it looks up what is there. */
export class Scribe {
  readonly #options: Options;
  readonly #rest: Rest;
  readonly #stopped = new AbortController();
  readonly #stale: string[] = [];
  readonly #failures: string[] = [];
  #lobby = '';
  #written = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
    this.#rest = new Rest(options.endpoint);
  }

  async begin(): Promise<void> {
    await this.#rest.signIn(this.#options.name);
    const { id } = await this.#rest.insist<{ id: string }>({
      what: 'POST /lobbies',
      body: { game: 'connect-four', name: this.#options.name },
      idempotencyKey: 'lobby',
    });
    this.#lobby = `/lobbies/${id}`;
    this.#running = this.#write();
  }

  async finish(): Promise<ScribeFacts> {
    this.#stopped.abort();
    await this.#running;
    const found = await this.#readBack();
    const wanted = Array.from({ length: this.#written }, (_, index) => String(index + 1));
    const counts = new Map<string, number>();
    for (const text of found) counts.set(text, (counts.get(text) ?? 0) + 1);
    const { data } = await this.#rest.insist<{ data: Counted }>({ what: `GET ${this.#lobby}` });
    const shown = data.public.count ?? 0;
    return {
      acknowledged: this.#written * 2,
      lost: [
        ...wanted.filter((text) => !counts.has(text)).map((text) => `${this.#lobby}: message ${text}`),
        ...(shown === this.#written
          ? []
          : [`${this.#lobby}: count is ${shown}, and ${this.#written} was acknowledged`]),
      ],
      doubled: [...counts].filter(([, count]) => count > 1).map(([text]) => `${this.#lobby}: message ${text}`),
      stale: this.#stale,
      failures: this.#failures,
    };
  }

  async #write(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const next = this.#written + 1;
      try {
        const say = {
          what: `POST ${this.#lobby}/messages`,
          body: { text: String(next) },
          idempotencyKey: `say-${next}`,
        };
        await this.#rest.insist(say);
        await this.#rest.insist({ what: `PATCH ${this.#lobby}`, body: { data: { public: { count: next } } } });
        this.#written = next;
        await this.#lookAfter(next);
      } catch (error) {
        this.#failures.push(String(error));
        return;
      }
      await pause(LEAST_PAUSE_MS + this.#options.random() * PAUSE_SPREAD_MS);
    }
  }

  async #lookAfter(count: number): Promise<void> {
    const { data } = await this.#rest.insist<{ data: Counted }>({ what: `GET ${this.#lobby}` });
    if (data.public.count !== count) this.#stale.push(`${this.#lobby}: ${data.public.count} after ${count}`);
  }

  async #readBack(): Promise<readonly string[]> {
    const texts: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const at: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: Page = await this.#rest.insist<Page>({ what: `GET ${this.#lobby}/messages?limit=100${at}` });
      texts.push(...page.items.map(({ text }) => text));
      cursor = page.nextCursor;
    }
    return texts;
  }
}

interface Counted {
  readonly public: { readonly count?: number };
}
