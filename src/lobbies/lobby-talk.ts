import { and, desc, eq, lt } from 'drizzle-orm';
import { z } from 'zod';
import type { ChatMessage, ReportCreate } from '../../protocol/lobbies.ts';
import type { Page } from '../../protocol/shapes.ts';
import type { Clock } from '../clock.ts';
import type { Bus } from '../cluster/ports.ts';
import { decodeCursor, encodeCursor } from '../http/paging.ts';
import { invalidField, ProblemError } from '../http/problem.ts';
import { newId } from '../store/ids.ts';
import { lobbyMessages, reports } from '../store/schema.ts';
import type { Database, Tx } from '../store/transaction.ts';
import type { Member } from './full-lobby.ts';
import { isVisible, type LobbyCall, lobbyNotFound, requireMember } from './lobby-access.ts';
import { findLobby, type Sql } from './lobby-store.ts';
import { findPlayer } from './member-store.ts';

type MessageRow = typeof lobbyMessages.$inferSelect;

/** Chat of a lobby's members, and reports to the operator. Neither is a change of the lobby. */
export class LobbyTalk {
  readonly #db: Database;
  readonly #bus: Bus;
  readonly #clock: Clock;

  constructor({ db, bus, clock }: { readonly db: Database; readonly bus: Bus; readonly clock: Clock }) {
    this.#db = db;
    this.#bus = bus;
    this.#clock = clock;
  }

  async say(tx: Tx, call: LobbyCall, text: string): Promise<ChatMessage> {
    const { playerId, displayName } = await this.#member(tx.sql, call);
    const sentAt = this.#clock.now();
    const id = newId('c', sentAt.getTime());
    const message = { id, lobbyId: call.lobbyId, playerId, displayName, text, sentAt };
    await tx.sql.insert(lobbyMessages).values(message);
    tx.afterCommit(() => this.#bus.publish('chat', { lobbyId: call.lobbyId, messageId: id }));
    return messageView(message);
  }

  /** A page of messages, newest first. @throws ProblemError `invalid-cursor` */
  async read(
    call: LobbyCall,
    page: { readonly limit: number; readonly cursor: string | null },
  ): Promise<Page<ChatMessage>> {
    await this.#member(this.#db, call);
    const { limit, cursor } = page;
    const query = { list: 'messages', lobbyId: call.lobbyId };
    const older =
      cursor === null ? undefined : lt(lobbyMessages.seq, decodeCursor(cursor, query, z.int().nonnegative()));
    const rows = await this.#db
      .select()
      .from(lobbyMessages)
      .where(and(eq(lobbyMessages.lobbyId, call.lobbyId), older))
      .orderBy(desc(lobbyMessages.seq))
      .limit(limit + 1);
    const items = rows.slice(0, limit);
    const last = rows.length > limit ? items.at(-1) : undefined;
    return { items: items.map(messageView), nextCursor: last === undefined ? null : encodeCursor(last.seq, query) };
  }

  /** Keeps a complaint for the operator, with the message that it is about. */
  async report(tx: Tx, call: LobbyCall, { playerId, reason, messageId }: ReportCreate): Promise<void> {
    await this.#member(tx.sql, call);
    if ((await findPlayer(tx.sql, playerId)) === null) throw new ProblemError('not-found', `There is no ${playerId}.`);
    const message = messageId ? await this.#reportedMessage(tx, call.lobbyId, { playerId, messageId }) : null;
    await tx.sql.insert(reports).values({
      id: newId('x'),
      lobbyId: call.lobbyId,
      reporterId: call.playerId,
      playerId,
      reason,
      messageId: message?.id ?? null,
      messageText: message?.text ?? null,
      createdAt: this.#clock.now(),
    });
  }

  async #reportedMessage(
    tx: Tx,
    lobbyId: string,
    { playerId, messageId }: { readonly playerId: string; readonly messageId: string },
  ): Promise<MessageRow> {
    const [message] = await tx.sql
      .select()
      .from(lobbyMessages)
      .where(and(eq(lobbyMessages.id, messageId), eq(lobbyMessages.lobbyId, lobbyId)));
    if (message === undefined) throw new ProblemError('not-found', `There is no message ${messageId} in ${lobbyId}.`);
    if (message.playerId === playerId) return message;
    throw invalidField('#/messageId', 'invalid-value', `is not a message of ${playerId}`);
  }

  async #member(sql: Sql, call: LobbyCall): Promise<Member> {
    const full = await findLobby(sql, call.lobbyId);
    if (full === null || !isVisible(full, call.playerId, this.#clock.now())) throw lobbyNotFound(call.lobbyId);
    return requireMember(full, call);
  }
}

function messageView({ id, playerId, displayName, text, sentAt }: Omit<MessageRow, 'seq'>): ChatMessage {
  return { id, playerId, displayName, text, sentAt: sentAt.toISOString() };
}
