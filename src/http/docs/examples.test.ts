import { expect, test } from '@jest/globals';
import type { z } from 'zod';
import { Lobby, LobbyCreate, LobbyJoin, StartRequest } from '../../../protocol/lobbies.ts';
import { SeatGrant, SeatRequest } from '../../../protocol/matches.ts';
import { GuestSignIn, SignedIn } from '../../../protocol/players.ts';
import { page } from '../../../protocol/shapes.ts';
import { EXAMPLES } from './examples.ts';

const SHAPES: Readonly<Record<string, { request?: z.ZodType; answer: z.ZodType }>> = {
  'POST /v1/auth/guest': { request: GuestSignIn, answer: SignedIn },
  'GET /v1/lobbies': { answer: page(Lobby) },
  'POST /v1/lobbies': { request: LobbyCreate, answer: Lobby },
  'PUT /v1/lobbies/{id}/members/{playerId}': { request: LobbyJoin, answer: Lobby },
  'POST /v1/lobbies/{id}/start': { request: StartRequest, answer: Lobby },
  'POST /v1/matches/{id}/seat': { request: SeatRequest, answer: SeatGrant },
};

test('[RQ-11] each example of the OpenAPI document fits the schema that validates', () => {
  expect(Object.keys(EXAMPLES)).toEqual(Object.keys(SHAPES));
  for (const [operation, { request, answer }] of Object.entries(SHAPES)) {
    const example = EXAMPLES[operation];
    expect(answer.parse(example?.answer)).toEqual(example?.answer);
    expect(request?.parse(example?.request)).toEqual(example?.request);
  }
});
