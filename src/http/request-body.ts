/** Bodies of requests: read up to the cap, of the right type, in their own time. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { MAX_BODY_BYTES } from '../../protocol/limits.ts';
import { ProblemError } from './problem.ts';
import { infoOf } from './request-info.ts';

/** A little too much is still swallowed, so that the refusal gets through to whoever is busy sending. */
const MAX_SWALLOWED_BYTES = 1024 * 1024;

/**
 * Reads the whole body.
 * @throws ProblemError `body-too-large` beyond 64 KB, declared or not
 * @throws ProblemError `invalid-request` if the client goes away, which then nobody reads
 */
export async function readBody(req: IncomingMessage, res: ServerResponse): Promise<Buffer> {
  const declaredBytes = Number(req.headers['content-length'] ?? 0);
  if (declaredBytes > MAX_SWALLOWED_BYTES) throw tooLarge();
  if (infoOf(req).expectsContinue) {
    // Who asks first learns it without sending anything.
    if (declaredBytes > MAX_BODY_BYTES) throw tooLarge();
    res.writeContinue();
  }
  // Without a body there will be no end either.
  if (req.readableEnded) return Buffer.alloc(0);
  const { bytes, size } = await collect(req);
  if (size > MAX_BODY_BYTES) throw tooLarge();
  return bytes;
}

/** Not an async iterator: leaving that early destroys the socket, and the answer with it. */
function collect(req: IncomingMessage): Promise<{ readonly bytes: Buffer; readonly size: number }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = () => resolve({ bytes: Buffer.concat(chunks), size });
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
      if (size > MAX_SWALLOWED_BYTES) finish();
    });
    req.on('end', finish);
    const giveUp = () => reject(new ProblemError('invalid-request', 'The body did not arrive.'));
    req.on('error', giveUp);
    req.on('close', giveUp);
  });
}

function tooLarge(): ProblemError {
  return new ProblemError('body-too-large', `A body may have ${MAX_BODY_BYTES} bytes.`);
}

/**
 * Checks that a body is JSON in UTF-8, by its headers. A PATCH may also call it what it is, a merge-patch.
 * @throws ProblemError `unsupported-media-type`
 */
export function requireJsonType(req: IncomingMessage): void {
  const encoding = req.headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    throw new ProblemError('unsupported-media-type', 'Send the body without a Content-Encoding.');
  }
  const [type = '', ...parameters] = (req.headers['content-type'] ?? '').toLowerCase().split(';');
  const name = type.trim();
  const isJson = name === 'application/json' || (name === 'application/merge-patch+json' && req.method === 'PATCH');
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^"\s]*)"?\s*$/.exec(parameter)?.[1])
    .find(Boolean);
  if (isJson && (charset === undefined || charset === 'utf-8' || charset === 'utf8')) return;
  throw new ProblemError('unsupported-media-type', 'Send application/json, in UTF-8.');
}
