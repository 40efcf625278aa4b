// A process of the tests of links and pipes: has a port for other processes, and says which. It ends by a signal only.
import { writeSync } from 'node:fs';
import { WebSocketServer } from 'ws';
import { PeerProcess } from '../support/peer-process.ts';

const [incarnation] = process.argv.slice(2);
if (incarnation === undefined) throw new Error('usage: <incarnation>');

/** Says back whatever a client says. */
const echo = new WebSocketServer({ noServer: true, perMessageDeflate: false });
echo.on('connection', (socket) => {
  socket.on('error', () => undefined);
  socket.on('message', (data) => socket.send(data));
});
const peer = await PeerProcess.start({
  incarnation,
  onUpgrade: (req, socket, head) => echo.handleUpgrade(req, socket, head, (client) => echo.emit('connection', client)),
});
writeSync(1, `${peer.port}\n`);
