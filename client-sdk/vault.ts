/** Where a player's secrets are kept between page loads. */

/**
 * - `device`: localStorage: all tabs of this browser are the same player, also after a restart.
 * - `tab`: sessionStorage: each tab is a player of its own, also after a reload.
 * - `memory`: gone with the page or process; for tests and tools.
 * - or an own storage, for a platform that has neither.
 */
export type StorageMode = 'device' | 'tab' | 'memory' | KeyValueStorage;
/** The part of the browser's `Storage` that is used. */
export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface StoredSession {
  readonly accessToken: string;
  /** When the access token ends, by this device's clock, in ms since 1970. */
  readonly accessEndsAtMs: number;
  readonly refreshToken: string;
}
export interface Stored {
  /** Stands for the guest on this device. A secret. */
  readonly deviceKey?: string | undefined;
  readonly session?: StoredSession | undefined;
}

/** Reads and writes one service's secrets. Never throws: a storage that is full or forbidden counts as memory. */
export class Vault {
  /** Other tabs write to the same place, so what is read may have changed since it was written. */
  readonly shared: boolean;
  readonly #key: string;
  #storage: KeyValueStorage | null;
  #memory: Stored = {};

  constructor(mode: StorageMode, endpoint: string) {
    this.#storage = findStorage(mode);
    this.shared = mode === 'device' && this.#storage !== null;
    this.#key = `gyre:1:${endpoint}`;
  }

  read(): Stored {
    try {
      const text = this.#storage?.getItem(this.#key);
      if (typeof text === 'string') this.#memory = parse(text);
      else if (text === null) this.#memory = {};
    } catch {
      // What is in memory is all there is then.
    }
    return this.#memory;
  }

  /** Changes the named fields; undefined removes one. */
  write(change: Stored): void {
    this.#memory = { ...this.read(), ...change };
    try {
      this.#storage?.setItem(this.#key, JSON.stringify(this.#memory));
    } catch {
      // Full or forbidden: from here on the session lives as long as the page.
      this.#storage = null;
    }
  }
}

function findStorage(mode: StorageMode): KeyValueStorage | null {
  if (typeof mode === 'object') return mode;
  if (mode === 'memory') return null;
  try {
    // Merely reading the property throws where storage is forbidden.
    const storage = mode === 'device' ? globalThis.localStorage : globalThis.sessionStorage;
    return storage ?? null;
  } catch {
    return null;
  }
}

function parse(text: string): Stored {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? pick(value) : {};
  } catch {
    return {};
  }
}

function pick({ deviceKey, session }: { deviceKey?: unknown; session?: unknown }): Stored {
  return {
    deviceKey: typeof deviceKey === 'string' ? deviceKey : undefined,
    session: isSession(session) ? session : undefined,
  };
}

function isSession(value: unknown): value is StoredSession {
  if (typeof value !== 'object' || value === null) return false;
  const { accessToken, accessEndsAtMs, refreshToken } = value as Partial<StoredSession>;
  return typeof accessToken === 'string' && typeof accessEndsAtMs === 'number' && typeof refreshToken === 'string';
}
