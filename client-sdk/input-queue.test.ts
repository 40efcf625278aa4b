import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Packr, unpack } from 'msgpackr';
import type { GyreInput, RequestReply } from '../protocol/room-messages.ts';
import { waitFor } from '../tests/support/wait-for.ts';
import { GyreError } from './gyre-error.ts';
import { InputQueue } from './input-queue.ts';

const packr = new Packr();

/** A queue on a wire that keeps what was sent on it. */
function queueOnWire() {
  const sent: GyreInput[] = [];
  const queue = new InputQueue({
    pack: (value) => new Uint8Array(packr.pack(value)),
    send: (bytes) => void sent.push(unpack(bytes) as GyreInput),
  });
  return { queue, sent, take: () => sent.splice(0) };
}

test('inputs go out as [seq, name, payload], with true for a request, from lastSeq + 1 on', () => {
  const { queue, take } = queueOnWire();
  queue.welcomed(41);
  queue.send('drop', { column: 3 });
  void queue.request('resign', undefined);
  expect(take()).toEqual([
    [42, 'drop', { column: 3 }],
    [43, 'resign', null, true],
  ]);
});

test('what is sent before the first welcome waits for it', () => {
  const { queue, take } = queueOnWire();
  queue.send('a', 1);
  expect(take()).toEqual([]);
  queue.welcomed(7);
  expect(take()).toEqual([[8, 'a', 1]]);
});

test('a welcome brings back what the room has not consumed, and only that', () => {
  const { queue, take } = queueOnWire();
  queue.welcomed(0);
  for (const name of ['a', 'b', 'c']) queue.send(name, null);
  take();
  queue.dropped();
  queue.send('d', null);
  expect(take()).toEqual([]);
  queue.welcomed(2);
  expect(take().map(([seq, name]) => [seq, name])).toEqual([
    [3, 'c'],
    [4, 'd'],
  ]);
});

test('a consumed request whose reply got lost is sent again under its own number', async () => {
  const { queue, take } = queueOnWire();
  queue.welcomed(0);
  const reply = queue.request('a', null);
  queue.send('b', null);
  take();
  queue.dropped();
  queue.welcomed(2);
  expect(take()).toEqual([[1, 'a', null, true]]);
  queue.replied(1, { ok: false, refused: 'no' });
  expect(await reply).toEqual({ ok: false, refused: 'no' });
  expect(queue.pendingCount).toBe(0);
});

test('a reply that the room keeps no longer is an outcome unknown, not a second consumption', async () => {
  const { queue, take } = queueOnWire();
  queue.welcomed(0);
  const reply = queue.request('a', null);
  take();
  queue.dropped();
  queue.welcomed(33);
  expect(take()).toEqual([]);
  await expect(reply).rejects.toMatchObject({ code: 'outcome-unknown' });
});

test('a room that lost a part of its past leaves no gap: numbers go on at its lastSeq + 1', () => {
  const { queue, take } = queueOnWire();
  queue.welcomed(0);
  for (const name of ['a', 'b', 'c', 'd']) queue.send(name, null);
  queue.acked(3);
  take();
  queue.dropped();
  queue.welcomed(1);
  expect(take().map(([seq, name]) => [seq, name])).toEqual([[2, 'd']]);
});

test('inputs that a room has forgotten go out again under its numbers as long as we have them, and count as not consumed [CL-43]', async () => {
  const { queue, take } = queueOnWire();
  queue.welcomed(0);
  const sent = ['a', 'b'].map((name) => queue.send(name, null));
  const request = queue.request('c', null);
  sent.push(queue.send('d', null), queue.send('e', null));
  take();
  // The acknowledgement of `d` came before the answer to `c`, which then got lost with the process.
  queue.acked(4);
  queue.dropped();
  queue.welcomed(1);
  expect(take().map(([seq, name]) => [seq, name])).toEqual([
    [2, 'c'],
    [3, 'e'],
  ]);
  queue.send('f', null);
  expect(take().map(([seq, name]) => [seq, name])).toEqual([[4, 'f']]);
  queue.acked(2);
  expect(sent.map((input) => input?.consumed)).toEqual([true, true, true, false]);
  queue.replied(2, { ok: true });
  expect(await request).toEqual({ ok: true });
});

test('a payload is what it was when it was sent', () => {
  const { queue, take } = queueOnWire();
  const payload = { column: 1 };
  queue.send('drop', payload);
  payload.column = 6;
  queue.welcomed(0);
  expect(take()).toEqual([[1, 'drop', { column: 1 }]]);
});

test('acks and replies let go of inputs', () => {
  const { queue } = queueOnWire();
  queue.welcomed(0);
  queue.send('a', null);
  queue.send('b', null);
  queue.acked(1);
  expect(queue.pendingCount).toBe(1);
  void queue.request('c', null);
  queue.replied(3, { ok: true });
  expect(queue.pendingCount).toBe(0);
});

test('a payload over 8 KB is refused here, as the room would close us for it', () => {
  const { queue } = queueOnWire();
  expect(() => queue.send('a', 'x'.repeat(8 * 1024))).toThrow(GyreError);
  expect(queue.pendingCount).toBe(0);
});

test('no more than the room takes go out at once; the rest follows by itself', async () => {
  const { queue, sent } = queueOnWire();
  queue.welcomed(0);
  for (let index = 0; index < 40; index++) queue.send('a', index);
  expect(sent).toHaveLength(30);
  await waitFor(() => sent.length === 40);
  expect(sent.map(([seq]) => seq)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
});

test('once closed, requests reject with what closed it and sends do nothing', async () => {
  const { queue, take } = queueOnWire();
  queue.welcomed(0);
  const waiting = queue.request('a', null);
  queue.close(new GyreError('match-abandoned', 'crashed'));
  await expect(waiting).rejects.toMatchObject({ code: 'match-abandoned' });
  await expect(queue.request('b', null)).rejects.toMatchObject({ code: 'match-abandoned' });
  take();
  queue.send('c', null);
  expect(take()).toEqual([]);
});

/** A room as the contract has it: consumes each seq once, in order, keeps 32 replies, and closes on a gap. */
class Room {
  lastSeq = 0;
  readonly consumed: string[] = [];
  readonly #replies = new Map<number, RequestReply>();

  receive([seq, name, , reply]: GyreInput): { readonly seq: number; readonly reply: RequestReply | null } | null {
    if (seq > this.lastSeq + 1) throw new Error(`4105: a gap before ${seq}`);
    if (seq === this.lastSeq + 1) {
      this.lastSeq = seq;
      this.consumed.push(name);
      if (reply) this.#replies.set(seq, { ok: true });
      this.#replies.delete(seq - 32);
    }
    const answer = reply ? (this.#replies.get(seq) ?? null) : null;
    return reply && !answer ? null : { seq, reply: answer };
  }
}

type Step = 'send' | 'request' | 'deliver' | 'drop' | 'lose-answers';
const steps = fc.array(fc.constantFrom<Step>('send', 'send', 'request', 'deliver', 'deliver', 'drop', 'lose-answers'), {
  maxLength: 60,
});

test('property: whatever gets lost, every input is consumed exactly once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const { queue, take } = queueOnWire();
      const room = new Room();
      const said: string[] = [];
      const replies: Promise<unknown>[] = [];
      let inFlight: GyreInput[] = [];
      const deliver = (answered: boolean): void => {
        for (const input of [...inFlight, ...take()]) {
          const answer = room.receive(input);
          if (!answer || !answered) continue;
          if (answer.reply) queue.replied(answer.seq, answer.reply);
          else queue.acked(answer.seq);
        }
        inFlight = [];
      };
      const rejoin = (): void => {
        take();
        inFlight = [];
        queue.dropped();
        queue.welcomed(room.lastSeq);
      };
      queue.welcomed(0);
      for (const [index, step] of script.entries()) {
        if (step === 'send' || step === 'request') said.push(`${step} ${index}`);
        if (step === 'send') queue.send(`send ${index}`, null);
        if (step === 'request') replies.push(queue.request(`request ${index}`, null));
        if (step === 'deliver') deliver(true);
        if (step === 'drop') rejoin();
        if (step === 'lose-answers') {
          deliver(false);
          rejoin();
        }
      }
      // Paced ones go out with the next welcome's pump at the latest; 60 steps never exceed the burst twice.
      const settled = (): boolean => {
        deliver(true);
        return queue.pendingCount === 0;
      };
      await waitFor(settled, { everyMs: 5 });
      expect(room.consumed).toEqual(said);
      expect(await Promise.all(replies)).toEqual(replies.map(() => ({ ok: true })));
      queue.close(new GyreError('closed', 'done'));
    }),
    { numRuns: 100 },
  );
});

test('[SD-11] an input knows when the room has consumed it: by an acknowledgement, an answer, or a welcome', () => {
  const { queue } = queueOnWire();
  queue.welcomed(0);
  const inputs = ['a', 'b', 'c', 'd', 'e'].map((name) => queue.send(name, null));
  const consumed = () => inputs.map((input) => input?.consumed);
  queue.acked(1);
  expect(consumed()).toEqual([true, false, false, false, false]);
  void queue.request('f', null);
  queue.replied(3, { ok: true });
  expect(consumed()).toEqual([true, true, true, false, false]);
  queue.dropped();
  queue.welcomed(4);
  expect(consumed()).toEqual([true, true, true, true, false]);
  expect(queue.pendingCount).toBe(2);
});
