import { WebSocket } from 'ws';
import { CloseCode } from '../../protocol/close-codes.ts';

/**
 * What `ws` closes with on its own when a peer breaks the protocol: a malformed frame, text that isn't UTF-8, too many
 * fragments, a message that is too big (RFC 6455, 7.4.1).
 */
const PEER_FAULTS = new Set([1002, 1007, 1008, 1009]);

/** A socket that answers every kind of bad input with the one code of the contract. */
export class GyreWebSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer): void {
    super.close(code !== undefined && PEER_FAULTS.has(code) ? CloseCode.badInput : code, reason);
  }
}
