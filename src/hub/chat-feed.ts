import { asc, getTableColumns, inArray, sql } from 'drizzle-orm';
import type { ChatMessage } from '../../protocol/lobbies.ts';
import type { HubConnection } from '../realtime/ports.ts';
import { lobbyMessages } from '../store/schema.ts';
import type { Database } from '../store/transaction.ts';
import { Coalescer } from './coalescer.ts';

export interface ChatFeedParts {
  readonly db: Database;
  /** Sockets of a player that may be told. */
  readonly socketsOf: (playerId: string) => readonly HubConnection[];
  readonly onError: (error: unknown) => void;
}

const MAX_BATCH = 200;

/** Sends what is said in a lobby to those who are its members when it is read. */
export class ChatFeed {
  readonly #parts: ChatFeedParts;
  readonly #said: Coalescer<string>;

  constructor(parts: ChatFeedParts) {
    this.#parts = parts;
    this.#said = new Coalescer({
      run: (messageIds) => this.#send(messageIds),
      maxBatch: MAX_BATCH,
      onError: parts.onError,
    });
  }

  said(messageId: string): void {
    this.#said.add(messageId);
  }

  async idle(): Promise<void> {
    await this.#said.idle();
  }

  async stop(): Promise<void> {
    await this.#said.stop();
  }

  async #send(messageIds: readonly string[]): Promise<void> {
    for (const { lobbyId, memberIds, sentAt, id, playerId, displayName, text } of await this.#read(messageIds)) {
      const message: ChatMessage = { id, playerId, displayName, text, sentAt: sentAt.toISOString() };
      // One object for all: it is encoded once.
      const chat = { lobbyId, message };
      for (const socket of memberIds.flatMap(this.#parts.socketsOf)) socket.send('chat', chat);
    }
  }

  async #read(messageIds: readonly string[]) {
    return await this.#parts.db
      .select({
        ...getTableColumns(lobbyMessages),
        memberIds: sql<string[]>`array(
          select player_id from lobby_members member where member.lobby_id = lobby_messages.lobby_id)`,
      })
      .from(lobbyMessages)
      .where(inArray(lobbyMessages.id, [...messageIds]))
      .orderBy(asc(lobbyMessages.seq));
  }
}
