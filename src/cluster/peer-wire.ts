import { createHash } from 'node:crypto';
import { Packr } from 'msgpackr';

/** How processes speak to each other on the common port: paths, headers, MessagePack. */

export const CALLS_PATH = '/_gyre/calls/';
export const LINK_PATH = '/_gyre/link';

/** Signs a call or a link. */
export const PEER_HEADER = 'x-gyre-peer';
/** SHA-256 of a call's body: signed, so that it is known before the body is read whether somebody of ours has sent it. */
export const BODY_HEADER = 'x-gyre-body';
/** Signs the answer. */
export const ANSWER_HEADER = 'x-gyre-answer';
/** Signs an upgrade that is passed on for a client. */
export const PIPE_HEADER = 'x-gyre-pipe';
/** The client's address; signed with the upgrade. */
export const PIPED_FOR_HEADER = 'x-forwarded-for';

/** What our paths answer with when the incarnation that is asked for isn't here (RFC 9110, 15.5.20). */
export const MISDIRECTED = 421;
/** A room's log with its states must fit in. */
export const MAX_CALL_BYTES = 32 * 1024 * 1024;

const packr = new Packr({ useRecords: false });

export function packBody(body: unknown): Buffer {
  return packr.pack(body);
}

/** @throws Error for what is no MessagePack */
export function unpackBody(bytes: Buffer): unknown {
  return packr.unpack(bytes);
}

export function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

/** What the signature of a call's answer is over, beside the usual. */
export function answerSubject(nonce: string, status: number, bytes: Buffer): string {
  return `${nonce} ${status} ${hashOf(bytes)}`;
}
