import { expect, test } from '@jest/globals';
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
