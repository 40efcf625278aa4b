import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/**
 * The descriptor of a plain connection, to be written past its stream, which would make an object and a callback of each write;
 * null where there is none to be had (TLS, Windows). It is for as long as the stream isn't destroyed.
 */
export function descriptorOf(connection: Duplex): number | null {
  if (!(connection instanceof Socket) || connection instanceof TLSSocket) return null;
  const { fd } = (connection as unknown as { _handle?: { fd?: number } | null })._handle ?? {};
  return fd !== undefined && fd > 0 ? fd : null;
}

/** Writes what the kernel takes at once, and leaves the rest to the stream. Only while nothing waits in it. */
export function writeDirectly(connection: Duplex, descriptor: number, bytes: Buffer): void {
  const written = tryToWrite(descriptor, bytes);
  if (written < bytes.length) connection.write(written === 0 ? bytes : bytes.subarray(written));
}

function tryToWrite(descriptor: number, bytes: Buffer): number {
  try {
    return writeSync(descriptor, bytes);
  } catch {
    // The kernel takes no more for now, or the peer is gone: the stream waits, or finds out and says so.
    return 0;
  }
}
