import { describe, expect, test } from '@jest/globals';
import { Meters } from '../../loadtest/swarm/meters.ts';
import { SeatWire, type WireConnection } from '../../loadtest/swarm/seat-wire.ts';

const TICK_RATE_HZ = 20;

interface Bed {
  readonly wire: SeatWire;
  readonly meters: Meters;
  readonly clock: { nowMs: number };
  /** A socket that has been welcomed. */
  readonly welcomed: (lastSeq: number, epoch?: number) => WireConnection;
}

function bed(): Bed {
  const clock = { nowMs: 0 };
  const meters = new Meters();
  const wire = new SeatWire({ tickRateHz: TICK_RATE_HZ, meters, nowMs: () => clock.nowMs });
  return {
    wire,
    meters,
    clock,
    welcomed(lastSeq, epoch = 1) {
      const socket = wire.connect();
      socket.message({ type: 'welcome', protocol: 1, seatIndex: 0, epoch, tick: 1, lastSeq });
      return socket;
    },
  };
}

function reply(seq: number): Parameters<WireConnection['message']>[0] {
  return { type: 'reply', seq, ok: true, refused: null };
}

describe('a wire that keeps the contract has no breach', () => {
  test('[LT-6] inputs that are acknowledged and answered in order, and measured', () => {
    const { wire, meters, clock, welcomed } = bed();
    const socket = welcomed(0);
    socket.input(1, false);
    socket.input(2, true);
    clock.nowMs = 30;
    socket.message(reply(2));
    socket.message({ type: 'ack', seq: 1 });
    socket.input(3, false);
    socket.message({ type: 'ack', seq: 3 });
    socket.closed(true);
    expect(wire.facts).toMatchObject({
      sent: 3,
      consumed: 3,
      replies: 1,
      resent: 0,
      sockets: 1,
      losses: 0,
      breaches: [],
    });
    expect([meters.inputs, meters.inputToAck.count, meters.inputToAck.maxMs]).toEqual([3, 3, 30]);
  });

  test('[LT-6] a lost connection, inputs that are sent again, and a reply that is said again', () => {
    const { wire, meters, clock, welcomed } = bed();
    const first = welcomed(0);
    first.input(1, true);
    first.input(2, false);
    first.closed(false);
    clock.nowMs = 400;
    const second = welcomed(1, 2);
    second.input(1, true);
    second.input(2, false);
    second.message(reply(1));
    second.message(reply(1));
    second.message({ type: 'ack', seq: 2 });
    expect(wire.facts).toMatchObject({ sent: 2, consumed: 2, resent: 2, losses: 1, longestAwayMs: 400, breaches: [] });
    expect(meters.away.count).toBe(1);
  });

  test('[LT-6] a socket that the client gave up is a loss, and nothing that it still says counts', () => {
    const { wire, welcomed } = bed();
    const first = welcomed(0);
    const second = welcomed(0);
    first.message({ type: 'ack', seq: 7 });
    first.state('patch', 50);
    first.closed(false);
    second.closed(true);
    expect(wire.facts).toMatchObject({ losses: 1, patches: 0, breaches: [] });
  });

  test('[LT-6] a spectator who goes', () => {
    const { wire, welcomed } = bed();
    const socket = welcomed(0);
    wire.leave();
    socket.closed(false);
    expect(wire.facts.losses).toBe(0);
  });

  test('[LT-6] patches on the grid, steps without one, and a full state after a reconnect', () => {
    const { wire, meters, clock, welcomed } = bed();
    const first = welcomed(0);
    first.state('full', 1_000);
    for (const timeMs of [1_050, 1_100, 1_250]) {
      clock.nowMs += 50;
      first.state('patch', timeMs);
    }
    first.closed(false);
    const second = welcomed(0);
    second.state('full', 1_275);
    second.state('patch', 1_270);
    expect(wire.facts).toMatchObject({ patches: 4, silentSteps: 2, breaches: [] });
    expect(meters.patchIntervals.count).toBe(4);
  });

  test('[LT-6] patches that come later than others of the same life are measured by how much', () => {
    const { meters, clock, welcomed } = bed();
    const first = welcomed(0);
    for (const [nowMs, timeMs] of [
      [0, 1_000],
      [60, 1_050],
      [100, 1_100],
    ] as const) {
      clock.nowMs = nowMs;
      first.state('patch', timeMs);
    }
    expect([meters.patchLateness.count, meters.patchLateness.maxMs]).toEqual([3, 10]);
    clock.nowMs = 5_000;
    first.closed(false);
    welcomed(0, 2).state('patch', 1_150);
    expect([meters.patchLateness.count, meters.patchLateness.maxMs]).toEqual([4, 10]);
  });
});

describe('a breach is found:', () => {
  const cases: readonly (readonly [what: string, said: string, act: (bed: Bed) => void])[] = [
    ['an input before the welcome', 'before the welcome', ({ wire }) => wire.connect().input(1, false)],
    ['a gap', 'a gap', ({ welcomed }) => welcomed(0).input(2, false)],
    [
      'an input that is sent twice on one connection',
      'left behind',
      ({ welcomed }) => {
        const socket = welcomed(0);
        socket.input(1, false);
        socket.input(1, false);
      },
    ],
    [
      'consumed inputs that a restored room has forgotten',
      'at a welcome only 1',
      ({ welcomed }) => {
        const socket = welcomed(0);
        for (const seq of [1, 2]) socket.input(seq, false);
        socket.message({ type: 'ack', seq: 2 });
        socket.closed(false);
        welcomed(1, 2);
      },
    ],
    [
      'an input that nobody sent',
      'only 0 were ever sent',
      ({ welcomed }) => welcomed(0).message({ type: 'ack', seq: 1 }),
    ],
    [
      'an input that is acknowledged twice',
      'came after ack',
      ({ welcomed }) => {
        const socket = welcomed(0);
        socket.input(1, false);
        socket.message({ type: 'ack', seq: 1 });
        socket.message({ type: 'ack', seq: 1 });
      },
    ],
    [
      'a second reply',
      'answered twice',
      ({ welcomed }) => {
        const socket = welcomed(0);
        socket.input(1, true);
        socket.message(reply(1));
        socket.message(reply(1));
      },
    ],
    [
      'an older life of the room',
      'epoch 1 came after 2',
      ({ welcomed }) => {
        welcomed(0, 2).closed(false);
        welcomed(0, 1);
      },
    ],
    [
      'a state from before what was seen',
      'went from 200 to 150',
      ({ welcomed }) => {
        const first = welcomed(0);
        first.state('full', 150);
        first.state('patch', 200);
        first.closed(false);
        welcomed(0).state('full', 150);
      },
    ],
    [
      'a patch that comes twice',
      'went from 200 to 200',
      ({ welcomed }) => {
        const socket = welcomed(0);
        socket.state('patch', 200);
        socket.state('patch', 200);
      },
    ],
  ];

  test.each(cases)('[LT-6] %s', (_what, said, act) => {
    const wired = bed();
    act(wired);
    expect(wired.wire.facts.breaches.join('\n')).toContain(said);
    expect(wired.wire.facts.breaches).toHaveLength(1);
  });
});
