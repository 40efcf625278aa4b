import { EventEmitter } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { onStopRequest, type StopSource } from './stop-request.ts';

class Source extends EventEmitter implements StopSource {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

describe('onStopRequest', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'])('stops at %s', (event) => {
    const { source, reasons } = listen();
    source.emit(event);
    expect(reasons).toEqual([event]);
  });

  test('takes the signal of the terminal and that of the launcher for one wish', () => {
    const { source, reasons, clock } = listen();
    source.emit('SIGINT');
    clock.nowMs += 900;
    source.emit('SIGINT');
    source.emit('SIGTERM');
    source.emit('disconnect');
    expect(reasons).toEqual(['SIGINT']);
    expect(source.exits).toEqual([]);
  });

  test('ends at once when asked again later, but not because the launcher has gone meanwhile', () => {
    const { source, reasons, clock } = listen();
    source.emit('SIGTERM');
    clock.nowMs += 1_100;
    source.emit('disconnect');
    expect(source.exits).toEqual([]);
    source.emit('SIGINT');
    expect(source.exits).toEqual([130]);
    expect(reasons).toEqual(['SIGTERM']);
  });
});

function listen() {
  const source = new Source();
  const reasons: string[] = [];
  const clock = { nowMs: 0 };
  onStopRequest(
    (reason) => reasons.push(reason),
    source,
    () => clock.nowMs,
  );
  return { source, reasons, clock };
}
