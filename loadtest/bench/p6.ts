import type { Child } from './child.ts';
import type { BenchCase, BenchContext, Sample, Subject } from './harness.ts';
import { roomServer } from './room-server.ts';

const SEATS = 8;

export const bench: BenchCase = {
  id: 'P6',
  title: 'A join',
  about:
    'Clients take seats in rooms of eight in which nobody walks, twenty at a time: the reservation in the server’s own process, ' +
    'the WebSocket handshake, the description of the state’s types, the first state. The CPU of the server process, by the joins. ' +
    'As many joins come before, so that none of it is the compiler’s work. The floor is `ws` alone, which answers each socket with the same number of messages.',
  metrics: [
    { name: 'joinUs', title: 'CPU of a join', unit: 'µs', goal: { atMost: 450 } },
    { name: 'reserveUs', title: 'CPU of the reservation in it', unit: 'µs' },
  ],
  subjects: [
    { name: 'Gyre', role: 'ours' },
    { name: 'Colyseus', role: 'peer' },
    { name: 'ws', role: 'floor' },
  ],
  packages: ['@colyseus/core', '@colyseus/ws-transport', '@colyseus/schema', 'ws'],
  run,
};

async function run(subject: Subject, context: BenchContext): Promise<Sample> {
  const rooms = context.quick ? 2 : 250;
  const server = await roomServer(subject, context);
  const readers = await context.start('clients/frame-readers.ts', { options: { port: server.port } });
  await joinAll(server, readers, rooms);
  const { startedUs, reservedUs, joinedUs } = await joinAll(server, readers, rooms);
  const joins = rooms * SEATS;
  return {
    values: { joinUs: (joinedUs - startedUs) / joins, reserveUs: (reservedUs - startedUs) / joins },
    details: { joins },
  };
}

async function joinAll(server: Child, readers: Child, rooms: number) {
  await server.ask('open', { rooms, walking: false, clients: SEATS });
  const startedUs = await server.cpuUs();
  const paths = await server.ask('reserve');
  const reservedUs = await server.cpuUs();
  await readers.ask('join', paths);
  return { startedUs, reservedUs, joinedUs: await server.cpuUs() };
}
