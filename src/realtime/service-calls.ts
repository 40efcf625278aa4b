import type { RealtimeLog } from './ports.ts';

const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 5_000;

/** What one room tells the service: in order, each call repeated until it gets through or the room is gone. */
export class ServiceCalls {
  readonly #matchId: string;
  readonly #log: RealtimeLog;
  /** Made with the first call: most rooms make none before their end. */
  #last: Promise<void> | null = null;
  #isStopped = false;
  #onStop: () => void = () => {};

  constructor(matchId: string, log: RealtimeLog) {
    this.#matchId = matchId;
    this.#log = log;
  }

  /** Makes a call after those before it, then hands over what it resolved to. */
  run<T>(what: string, call: () => Promise<T>, then: (value: T) => void = () => {}): void {
    this.#last = (this.#last ?? Promise.resolve()).then(() => this.#untilDone(what, call, then));
  }

  /** The room is gone: makes no more calls and hands over nothing. */
  stop(): void {
    this.#isStopped = true;
    this.#onStop();
  }

  async #untilDone<T>(what: string, call: () => Promise<T>, then: (value: T) => void): Promise<void> {
    for (let delayMs = RETRY_MIN_MS; !this.#isStopped; delayMs = Math.min(delayMs * 2, RETRY_MAX_MS)) {
      try {
        const value = await call();
        this.#handOver(what, () => then(value));
        return;
      } catch (error) {
        this.#log.warn({ err: error, matchId: this.#matchId, delayMs }, `${what}: failed, trying again`);
        await this.#pause(delayMs);
      }
    }
  }

  #handOver(what: string, then: () => void): void {
    if (this.#isStopped) return;
    try {
      then();
    } catch (error) {
      this.#log.error({ err: error, matchId: this.#matchId }, `${what}: what follows from it threw`);
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#onStop = done;
    });
  }
}
