import { expect, test } from '@jest/globals';
import { inviteLink, inviteOf } from './invite.ts';

test.each([
  ['?code=KXWPRT', '', { by: 'code', code: 'KXWPRT' }],
  ['?code=kxwprt', '', { by: 'code', code: 'KXWPRT' }],
  ['?code=KXWPR', '', null],
  ['', '#/lobby/l_01m83gt0wa00etwgjhzra', { by: 'id', lobbyId: 'l_01m83gt0wa00etwgjhzra' }],
  ['', '#/lobby/../x', null],
  ['?utm=1', '#top', null],
])('the address %s%s', (search, hash, invite) => {
  expect(inviteOf({ search, hash })).toEqual(invite);
});

test('a link leads back to what it was made of, below a path too', () => {
  const link = new URL(inviteLink('https://play.example.com/gyre/?x=1#/lobby/l_12345678', 'KXWPRT'));
  expect(link.href).toBe('https://play.example.com/gyre/?code=KXWPRT');
  expect(inviteOf(link)).toEqual({ by: 'code', code: 'KXWPRT' });
});
