// What tests run in place of a Gyre: ready at once, unless it is told to fail, and with an operator's routes.
import { createServer, type IncomingMessage } from 'node:http';
import type { ClusterView } from '../../protocol/admin.ts';
import { onStopRequest } from '../../src/ops/stop-request.ts';

const { PORT, PEERS = '', FAILS, GYRE_OPERATOR_TOKEN } = process.env;
if (FAILS === 'yes') process.exit(3);
onStopRequest(() => process.exit(0));
createServer((req, res) => {
  if (req.url === '/readyz') return res.writeHead(200).end();
  if (!isOperator(req)) return res.writeHead(401).end();
  if (req.method === 'POST' && req.url === '/v1/admin/drain') return res.writeHead(202).end();
  return res.end(JSON.stringify(cluster()));
}).listen(Number(PORT), '127.0.0.1');

function isOperator({ headers }: IncomingMessage): boolean {
  return headers.authorization === `Bearer ${GYRE_OPERATOR_TOKEN}`;
}

/** Each port of PEERS is a process, and owns one match. */
function cluster(): ClusterView {
  const at = '2026-01-01T00:00:00.000Z';
  const row = { build: '1', directAddress: null, counter: 1, load: { clients: 2, rooms: 1, delayMs: 1 } };
  const processes = PEERS.split(',').map((port) => {
    const times = { startedAt: at, endedAt: null };
    const who = { incarnation: `i_${port}`, state: 'alive' as const, address: `127.0.0.1:${port}` };
    return { ...row, ...times, ...who, matches: { arena: 1 } };
  });
  const calm = { recordedBy: null, deaths: 0, uncleanDeaths: 0, onProbation: false, startedAt: at };
  const matches = processes.map(({ incarnation }, index) => {
    return { id: `m_00000${index + 1}`, game: 'arena', owner: incarnation, epoch: 1, ...calm };
  });
  return { at, processes, parked: {}, matches };
}
