import { encodeCursor } from '../http/paging.ts';
import { hidesAtMs, isInList } from './filter-match.ts';
import type { FullLobby, LobbyRow } from './full-lobby.ts';
import { boundTo, type LobbyList, type LobbyQuery } from './lobby-list.ts';
import { type Position, positionOf } from './lobby-query.ts';

/** One lobby of a page, as far as the page needs it. */
interface Entry {
  readonly id: string;
  readonly version: number;
  readonly position: Position;
  readonly hidesAtMs: number;
  readonly memberIds: readonly string[];
  /** As an outsider sees it. */
  readonly json: string;
}

/** The page, written out. */
interface Written {
  readonly bytes: Buffer;
  /** Members of its lobbies: they see more of them. */
  readonly insiders: ReadonlySet<string>;
  readonly hidesAtMs: number;
}

/** Lobbies that are known beyond the page, so that it stays full when some of its own go. */
const SPARE = 20;

/**
 * The first page of a list, in memory. It follows each change of a lobby that it is told of, and says so when it can't:
 * then it has to be read again.
 */
export class LobbyPage {
  readonly #query: LobbyQuery;
  readonly #list: LobbyList;
  readonly #bound: object;
  readonly #readFirst: ReturnType<LobbyList['prepareFirst']>;
  /** In the order of the list: the page, and what comes right after it. */
  #entries: readonly Entry[] = [];
  /** Whether the list ends with the entries. */
  #whole = true;
  #stale = true;
  #written: Written | null = null;
  /** What has changed since the read under way began; null if there is none. */
  #missed: { readonly full: FullLobby; readonly now: Date }[] | null = null;

  /** @param query with the condition on the state that it has by default */
  constructor(query: LobbyQuery, list: LobbyList) {
    this.#query = query;
    this.#list = list;
    this.#bound = boundTo(query);
    this.#readFirst = list.prepareFirst(query, query.limit + SPARE + 1);
  }

  /** About how many bytes it holds. */
  get size(): number {
    return this.#entries.reduce((sum, { json }) => sum + json.length, this.#written?.bytes.length ?? 0);
  }

  /** Whether it shows all that it was told of, and nothing that is hidden by now. */
  isCurrent(now: Date): boolean {
    return !this.#stale && now.getTime() < this.#write().hidesAtMs;
  }

  /** The page as JSON; null for a caller who sees more of it than others. */
  bytesFor(callerId: string): Buffer | null {
    const { bytes, insiders } = this.#write();
    return insiders.has(callerId) ? null : bytes;
  }

  /** Reads the list anew: one read at a time. */
  async read(now: Date): Promise<void> {
    this.#missed = [];
    this.#stale = false;
    try {
      const { entries, isWhole } = await this.#readEntries(now);
      this.#set(entries);
      this.#whole = isWhole;
      // The read may have seen these or not.
      for (const { full, now } of this.#missed) this.#apply(full, now);
    } catch (error) {
      this.#stale = true;
      throw error;
    } finally {
      this.#missed = null;
    }
  }

  async #readEntries(now: Date): Promise<{ entries: readonly Entry[]; isWhole: boolean }> {
    const count = this.#query.limit + SPARE;
    const found = await this.#readFirst();
    const rows = found.slice(0, count);
    const known = new Map(this.#entries.map((entry) => [entry.id, entry]));
    const news = rows.filter(({ id, version }) => known.get(id)?.version !== version);
    const whole = await this.#list.readWhole(news.map(({ id }) => id));
    const entries = rows.flatMap((row) => {
      const memberIds = row.memberIds?.split(',') ?? [];
      const before = known.get(row.id);
      // What anyone can see of a lobby, and its place, only change with its version.
      if (before?.version === row.version) return [{ ...before, memberIds, hidesAtMs: hidesAtMs(row) }];
      const lobby = whole.get(row.id);
      // It has changed between the two looks: soon a third one shows where it belongs.
      if (lobby?.version !== row.version) this.#stale = true;
      if (lobby === undefined || isInList(lobby, this.#query.filter, now) === false) return [];
      return [this.#entryOf(lobby, memberIds)];
    });
    return { entries, isWhole: found.length <= count };
  }

  /** A lobby is now like this. */
  changed(full: FullLobby, now: Date): void {
    this.#missed?.push({ full, now });
    this.#apply(full, now);
  }

  /** A lobby has changed, and how isn't known: it is read again if it may be on the page. */
  touched(lobbyId: string): void {
    if (this.#missed !== null || this.#entries.some(({ id }) => id === lobbyId)) this.#stale = true;
  }

  #apply({ lobby, members }: FullLobby, now: Date): void {
    const known = this.#entries.find(({ id }) => id === lobby.id);
    if (known !== undefined && known.version > lobby.version) return;
    const isIn = isInList(lobby, this.#query.filter, now);
    if (isIn === null) this.#stale = true;
    if (known !== undefined) this.#set(this.#entries.filter((entry) => entry !== known));
    const memberIds = members.map(({ playerId }) => playerId);
    if (isIn) this.#insert(this.#entryOf(lobby, memberIds, known));
    // Beyond the entries there are others, which would move up.
    if (!this.#whole && this.#entries.length <= this.#query.limit) this.#stale = true;
  }

  #insert(entry: Entry): void {
    const after = this.#entries.findIndex((other) => this.#isBefore(entry, other));
    if (after === -1 && !this.#whole) return;
    const entries = this.#entries.toSpliced(after === -1 ? this.#entries.length : after, 0, entry);
    if (entries.length > this.#query.limit + SPARE) {
      entries.pop();
      this.#whole = false;
    }
    this.#set(entries);
  }

  #isBefore({ position: [value, id] }: Entry, { position: [otherValue, otherId] }: Entry): boolean {
    const isLess = value === otherValue ? id < otherId : value < otherValue;
    return isLess !== this.#query.sort.descending;
  }

  #entryOf(lobby: LobbyRow, memberIds: readonly string[], known?: Entry): Entry {
    const { id, version } = lobby;
    const json = known?.version === version ? known.json : JSON.stringify(this.#list.viewForOutsiders(lobby));
    return { id, version, position: positionOf(lobby, this.#query.sort), hidesAtMs: hidesAtMs(lobby), memberIds, json };
  }

  #set(entries: readonly Entry[]): void {
    this.#entries = entries;
    this.#written = null;
  }

  #write(): Written {
    if (this.#written) return this.#written;
    const { limit } = this.#query;
    const shown = this.#entries.slice(0, limit);
    const last = this.#entries.length > limit ? shown.at(-1) : undefined;
    const nextCursor = last === undefined ? null : encodeCursor(last.position, this.#bound);
    this.#written = {
      bytes: Buffer.from(
        `{"items":[${shown.map(({ json }) => json).join(',')}],"nextCursor":${JSON.stringify(nextCursor)}}`,
      ),
      insiders: new Set(shown.flatMap(({ memberIds }) => memberIds)),
      hidesAtMs: Math.min(...this.#entries.map((entry) => entry.hidesAtMs)),
    };
    return this.#written;
  }
}
