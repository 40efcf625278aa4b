import type { Clock } from '../clock.ts';
import { canonicalJson } from '../http/canonical-json.ts';
import type { SharedAnswer } from '../http/route.ts';
import type { FullLobby } from './full-lobby.ts';
import { type LobbyList, type LobbyQuery, withDefaultState } from './lobby-list.ts';
import { LobbyPage } from './lobby-page.ts';

export interface LobbyPagesParts {
  readonly clock: Clock;
  readonly list: LobbyList;
  /** Monotonic time in ms; `performance.now` unless told otherwise. */
  readonly nowMs?: () => number;
}

/** No page that is shown was read longer ago: so long may changes of others go unseen. */
const MAX_AGE_MS = 100;
/** From then on the next one who asks has it read again, and need not wait for it. */
const READ_AGAIN_AFTER_MS = 70;
/** A page that nobody wants any more is forgotten. */
const IDLE_MS = 10_000;
const MAX_PAGES = 64;
const MAX_BYTES = 16 * 1024 * 1024;
/** Of lobbies that changed last; each is forgotten long after the last word about it can be under way. */
const MAX_VERSIONS = 2_000;

interface Kept {
  readonly page: LobbyPage;
  /** When its last read began. */
  readAtMs: number;
  askedAtMs: number;
  reading: Promise<void> | null;
}

/**
 * First pages of lists that are asked for again and again, in memory. Changes of this process are on them as soon as they
 * are committed, those of others within 100 ms.
 */
export class LobbyPages {
  readonly #clock: Clock;
  readonly #list: LobbyList;
  readonly #nowMs: () => number;
  readonly #pages = new Map<string, Kept>();
  /** The newest version of lobbies that changed, those that changed last at the end. */
  readonly #versions = new Map<string, number>();

  constructor({ clock, list, nowMs = () => performance.now() }: LobbyPagesParts) {
    this.#clock = clock;
    this.#list = list;
    this.#nowMs = nowMs;
  }

  /** How many pages are kept. */
  get count(): number {
    return this.#pages.size;
  }

  /** The answer to everyone who asks for the first page of a list. Nothing is kept for it until somebody does. */
  answerTo({ filter, sort, limit }: LobbyQuery): SharedAnswer {
    const query = { filter: withDefaultState(filter), sort, limit };
    const key = canonicalJson(query);
    return { body: (callerId) => this.#bodyFor(this.#kept(key, query), callerId) };
  }

  /** A lobby is now like this: to be told after the commit, before anyone learns of it. */
  changed(full: FullLobby): void {
    const { id, version } = full.lobby;
    // Transactions on one lobby commit one after another, but the word of it may come in another order.
    if ((this.#versions.get(id) ?? 0) > version) return;
    this.#versions.delete(id);
    this.#versions.set(id, version);
    for (const oldest of this.#versions.keys()) {
      if (this.#versions.size <= MAX_VERSIONS) break;
      this.#versions.delete(oldest);
    }
    const now = this.#clock.now();
    const idleSinceMs = this.#nowMs() - IDLE_MS;
    for (const [key, { page, askedAtMs }] of this.#pages) {
      if (askedAtMs < idleSinceMs) this.#pages.delete(key);
      else page.changed(full, now);
    }
  }

  /** A lobby has changed, and only what it is called or who knows it knows how: a member has another name. */
  touched(lobbyId: string): void {
    for (const { page } of this.#pages.values()) page.touched(lobbyId);
  }

  #kept(key: string, query: LobbyQuery): Kept {
    const nowMs = this.#nowMs();
    let kept = this.#pages.get(key);
    if (kept === undefined) {
      kept = { page: new LobbyPage(query, this.#list), readAtMs: -Infinity, askedAtMs: nowMs, reading: null };
      this.#pages.set(key, kept);
      this.#makeRoom(kept);
    }
    kept.askedAtMs = nowMs;
    return kept;
  }

  #bodyFor(kept: Kept, callerId: string): Buffer | null | Promise<Buffer | null> {
    const ageMs = kept.askedAtMs - kept.readAtMs;
    if (ageMs > MAX_AGE_MS || !kept.page.isCurrent(this.#clock.now())) return this.#bodyOnceRead(kept, callerId);
    // Who asks once it is too old learns of a failure.
    if (ageMs > READ_AGAIN_AFTER_MS) this.#read(kept).catch(() => {});
    return kept.page.bytesFor(callerId);
  }

  async #bodyOnceRead(kept: Kept, callerId: string): Promise<Buffer | null> {
    // A read that is under way may have begun before a change that its asker knows of.
    await kept.reading?.catch(() => {});
    if (this.#nowMs() - kept.readAtMs > MAX_AGE_MS || !kept.page.isCurrent(this.#clock.now())) await this.#read(kept);
    return kept.page.bytesFor(callerId);
  }

  /** Whoever asks meanwhile shares the read. */
  #read(kept: Kept): Promise<void> {
    kept.reading ??= this.#readNow(kept).finally(() => {
      kept.reading = null;
    });
    return kept.reading;
  }

  async #readNow(kept: Kept): Promise<void> {
    const beganAtMs = this.#nowMs();
    await kept.page.read(this.#clock.now());
    kept.readAtMs = beganAtMs;
    this.#makeRoom(kept);
  }

  /** Forgets those that were asked for longest ago, but never the one that is just wanted. */
  #makeRoom(wanted: Kept): void {
    let bytes = 0;
    for (const { page } of this.#pages.values()) bytes += page.size;
    if (this.#pages.size <= MAX_PAGES && bytes <= MAX_BYTES) return;
    for (const [key, kept] of [...this.#pages].toSorted(([, a], [, b]) => a.askedAtMs - b.askedAtMs)) {
      if (this.#pages.size <= MAX_PAGES && bytes <= MAX_BYTES) return;
      if (kept === wanted) continue;
      bytes -= kept.page.size;
      this.#pages.delete(key);
    }
  }
}
