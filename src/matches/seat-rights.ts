import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { SEAT_RIGHT_MS } from '../../protocol/limits.ts';
import type { SeatInit } from '../../rooms/kit/ports.ts';
import type { Clock } from '../clock.ts';
import { deriveKey } from '../secret.ts';
import { type SpectatorClaim, SpectatorRights } from './spectator-rights.ts';

/** 22 base64url characters: 132 bits. */
const SESSION_ID_LENGTH = 22;
/** Format, seat index, generation, time of issue; 32 bytes of MAC follow. */
const HEAD_BYTES = 1 + 2 + 4 + 6;
const FORMAT = 1;
const TOKEN = /^[A-Za-z0-9_-]{60}$/;

/** Whose right to which seat a token proves. */
export interface SeatClaim {
  readonly matchId: string;
  readonly seatIndex: number;
  readonly playerId: string;
  /** Raised with each right that is handed out for the seat; kept by a reconnect. */
  readonly generation: number;
}

/** What a socket presented for a seat, once it was found to be genuine. */
export interface PresentedRight {
  readonly seatIndex: number;
  /** null: the session id alone, which opens only a seat that was never taken. */
  readonly generation: number | null;
  /**
   * Handed out less than a minute ago. A right of a generation that was never used must be; a client that comes back
   * with the generation in use may be as old as it likes.
   */
  readonly fresh: boolean;
}

/**
 * Rights to the seats of matches, and to watch them. Everything follows from the installation's secret, so any process can hand out and
 * verify a right, and nothing about it is stored but the seat's generation.
 */
export class SeatRights {
  readonly #sessionKey: KeyObject;
  readonly #tokenKey: KeyObject;
  readonly #clock: Clock;
  /** Of seats that were looked at: all of a room's are, for each of its sockets. */
  readonly #known = new WeakMap<object, { readonly matchId: string; readonly sessionId: Buffer }>();
  readonly #spectators: SpectatorRights;

  constructor(secret: string, clock: Clock) {
    this.#spectators = new SpectatorRights(secret, clock);
    this.#sessionKey = deriveKey(secret, 'seat-session');
    this.#tokenKey = deriveKey(secret, 'seat-token');
    this.#clock = clock;
  }

  /** The seat's Colyseus session id: a secret, and the same for the whole match. */
  sessionIdOf(seat: Omit<SeatClaim, 'generation'>): string {
    return createHmac('sha256', this.#sessionKey)
      .update(JSON.stringify([seat.matchId, seat.seatIndex, seat.playerId]))
      .digest('base64url')
      .slice(0, SESSION_ID_LENGTH);
  }

  /** A reconnection token: 60 characters of base64url. */
  sign(claim: SeatClaim): string {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt8(FORMAT, 0);
    head.writeUInt16BE(claim.seatIndex, 1);
    head.writeUInt32BE(claim.generation, 3);
    head.writeUIntBE(this.#clock.now().getTime(), 7, 6);
    return Buffer.concat([head, this.#mac(head, claim)]).toString('base64url');
  }

  /** What a player who may watch is given: the session id alone opens nothing, and the token is good for a minute. */
  watcher(claim: SpectatorClaim): { readonly sessionId: string; readonly reconnectionToken: string } {
    return {
      sessionId: this.#spectators.sessionIdOf(claim),
      reconnectionToken: this.#spectators.sign(claim, 'first'),
    };
  }

  /** What a spectator who is in comes back with, for as long as the match lives. */
  signSpectator(claim: SpectatorClaim): string {
    return this.#spectators.sign(claim, 'again');
  }

  /**
   * Finds the seat whose right is presented, or who watches.
   * @param seats of the match that the socket is for
   * @returns null for an unknown session id, or for a token that isn't of this match, seat and player
   */
  recognise(
    matchId: string,
    seats: readonly Pick<SeatInit, 'index' | 'playerId'>[],
    presented: { readonly sessionId: string; readonly token: string | null },
  ): PresentedRight | { readonly spectator: { readonly playerId: string } } | null {
    const sessionId = Buffer.from(presented.sessionId);
    for (const each of seats) {
      const { index: seatIndex, playerId } = each;
      if (playerId === null) continue;
      const seat = { matchId, seatIndex, playerId };
      if (!equal(this.#knownSessionIdOf(each, seat), sessionId)) continue;
      if (presented.token === null) return { seatIndex, generation: null, fresh: true };
      return this.#read(presented.token, seat);
    }
    const spectator = this.#spectators.recognise(matchId, presented);
    return spectator && { spectator };
  }

  #knownSessionIdOf(key: object, seat: Omit<SeatClaim, 'generation'>): Buffer {
    const known = this.#known.get(key);
    if (known?.matchId === seat.matchId) return known.sessionId;
    const sessionId = Buffer.from(this.sessionIdOf(seat));
    this.#known.set(key, { matchId: seat.matchId, sessionId });
    return sessionId;
  }

  #read(token: string, seat: Omit<SeatClaim, 'generation'>): PresentedRight | null {
    if (!TOKEN.test(token)) return null;
    const bytes = Buffer.from(token, 'base64url');
    const head = bytes.subarray(0, HEAD_BYTES);
    if (head.readUInt8(0) !== FORMAT || head.readUInt16BE(1) !== seat.seatIndex) return null;
    if (!timingSafeEqual(bytes.subarray(HEAD_BYTES), this.#mac(head, seat))) return null;
    const ageMs = this.#clock.now().getTime() - head.readUIntBE(7, 6);
    return { seatIndex: seat.seatIndex, generation: head.readUInt32BE(3), fresh: ageMs <= SEAT_RIGHT_MS };
  }

  #mac(head: Buffer, seat: Pick<SeatClaim, 'matchId' | 'playerId'>): Buffer {
    return createHmac('sha256', this.#tokenKey)
      .update(head)
      .update(JSON.stringify([seat.matchId, seat.playerId]))
      .digest();
  }
}

function equal(expected: Buffer, presented: Buffer): boolean {
  return expected.length === presented.length && timingSafeEqual(expected, presented);
}
