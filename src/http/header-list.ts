import type { ServerResponse } from 'node:http';

/** Names and values in turn, as `writeHead` takes them: much cheaper than one `setHeader` each. */
export type HeaderList = readonly string[];

export function setHeaders(res: ServerResponse, headers: HeaderList): void {
  for (let i = 0; i + 1 < headers.length; i += 2) res.setHeader(headers[i] ?? '', headers[i + 1] ?? '');
}
