import { randomUUID } from 'node:crypto';

/** Writes over REST all the time, whatever becomes of the stores, and keeps what it was told. */
export class Writer implements AsyncDisposable {
  /** Names of players who were acknowledged. */
  readonly acknowledged: string[] = [];
  /** Answers that are neither an acknowledgement nor a proper refusal. */
  readonly wrong: string[] = [];
  refusals = 0;
  readonly #endpoint: string;
  readonly #writing: Promise<void>;
  #stopped = false;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
    this.#writing = this.#write();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#writing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #write(): Promise<void> {
    while (!this.#stopped) {
      await this.#writeOnce(randomUUID().slice(0, 18)).catch((error: unknown) => this.wrong.push(String(error)));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #writeOnce(displayName: string): Promise<void> {
    const response = await fetch(`${this.#endpoint}/v1/auth/guest`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ displayName }),
    });
    const text = await response.text();
    if (response.ok) this.acknowledged.push(displayName);
    else if (response.status === 503 && isRefusal(text) && Number(response.headers.get('retry-after')) >= 1)
      this.refusals += 1;
    else this.wrong.push(`${response.status} ${text}`);
  }
}

function isRefusal(text: string): boolean {
  return (JSON.parse(text) as { readonly code?: string }).code === 'dependency-unavailable';
}
