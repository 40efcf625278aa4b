import { expect, test } from '@jest/globals';
import { createLogger } from './logging.ts';

test('[RQ-12] secrets are never written, at the top or below; the rest is', () => {
  const lines: string[] = [];
  const log = createLogger('info', { write: (line) => lines.push(line) });
  log.info(
    { password: 'secret', req: { headers: { authorization: 'secret' } }, session: { accessToken: 'secret' } },
    'hello',
  );
  log.debug('too little');
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('secret');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', msg: 'hello', password: '[redacted]' });
});
