import { expect, test } from '@jest/globals';
import type { SocketClient } from './socket-client.ts';
import { parcelsOf, PlainRequests } from './step-frames.ts';

test('[SE-23] what goes to several seats is built once; what only looks the same is not', () => {
  const payload = { x: 1 };
  const to = (seatIndex: number, type: string, what: unknown) => ({ seatIndex, type, payload: what });
  const messages = [to(0, 'said', payload), to(1, 'said', payload), to(2, 'told', payload), to(3, 'told', { x: 1 })];
  const parcels = parcelsOf({ messages }, new PlainRequests(), (error) => {
    throw error;
  });
  expect(parcels.map((parcel) => parcel.to)).toEqual([0, 1, 2, 3]);
  expect(new Set(parcels.map(({ frame }) => frame)).size).toBe(3);
});

test('[RL-1] what can not be built is left out, and nothing stands in for it', () => {
  const unsendable: string[] = [];
  const messages = [1n << 70n, 'fine'].map((payload, seatIndex) => ({ seatIndex, type: 'said', payload }));
  const parcels = parcelsOf({ messages }, new PlainRequests(), (_error, type) => unsendable.push(type));
  expect([parcels.map(({ to }) => to), unsendable]).toEqual([[1], ['said']]);
});

test('[SE-7] of a socket that is gone no request is kept: one that was no good would hold it for as long as the match lasts', () => {
  const requests = new PlainRequests();
  const [gone, there] = [{}, {}] as [SocketClient, SocketClient];
  const ids = [gone, there, gone].map((client, requestId) => requests.add({ client, requestId }));
  requests.forget(gone);
  expect(ids.map((id) => requests.take(id)?.client)).toEqual([undefined, there, undefined]);
});
