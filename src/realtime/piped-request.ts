import type { IncomingMessage } from 'node:http';
import type { PeerSignatures } from '../cluster/peer-signature.ts';
import { PIPE_HEADER, PIPED_FOR_HEADER } from '../cluster/peer-wire.ts';
import type { Peer } from '../cluster/peers.ts';
import { infoOf } from '../http/request-info.ts';

/** Headers of one connection, which we write ourselves; and such as would give what comes after the head a meaning of its own. */
const NOT_PASSED_ON =
  /^(?:host|connection|upgrade|content-length|transfer-encoding|trailer|te|expect|keep-alive|http2-settings|forwarded|x-forwarded-.*|proxy-.*|x-gyre-.*)$/i;
/** Node's parser lets none through; here one more would be a header of the sender's making. */
const LINE_BREAKS = /[\r\n\0]/;

/** The head of an upgrade request, as it is passed on to another process: signed for this client, path and incarnation. */
export function pipedRequestHead(request: IncomingMessage, peer: Peer, signatures: PeerSignatures): Buffer {
  const path = request.url ?? '/';
  const clientAddress = infoOf(request).address;
  const signature = signatures.sign({ use: 'pipe', path, subject: clientAddress }, peer.incarnation);
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${peer.address}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    ...passedOn(request.rawHeaders),
    `${PIPED_FOR_HEADER}: ${clientAddress}`,
    `${PIPE_HEADER}: ${signature}`,
  ];
  // Header values are bytes to Node, not UTF-8.
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

function passedOn(rawHeaders: readonly string[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = [rawHeaders[i], rawHeaders[i + 1]];
    if (!NOT_PASSED_ON.test(name) && !LINE_BREAKS.test(value)) lines.push(`${name}: ${value}`);
  }
  return lines;
}
