// A process that runs Gyre with connect four. Told `here play` or `elsewhere open`, it places the next match so, and kills itself before
// that step of its hand-off. Told `leave`, it leaves hand-offs to others until it is told `take`.
import { games } from '../../rooms/games.ts';
import { rooms } from '../../rooms/index.ts';
import { ClusterCoordinator } from '../../src/cluster/cluster-coordinator.ts';
import { HandOffs } from '../../src/matches/hand-off.ts';
import { ClusterRooms } from '../../src/realtime/cluster-rooms.ts';
import { runHost } from '../support/run-host.ts';

/** The one that has lived longest is the survivor of the test. */
let coordinator: ClusterCoordinator | undefined;
// oxlint-disable-next-line typescript/unbound-method -- it is called with whose it is
const { start } = ClusterCoordinator.prototype;
ClusterCoordinator.prototype.start = async function () {
  // oxlint-disable-next-line typescript/no-this-alias -- this is how the test gets hold of it
  coordinator = this;
  await start.call(this);
};

// oxlint-disable-next-line typescript/unbound-method -- it is put back where it was
const { begin } = HandOffs.prototype;

process.on('message', (asked) => {
  if (asked === 'leave' || asked === 'take') {
    HandOffs.prototype.begin = asked === 'take' ? begin : () => {};
    process.send?.(asked);
    return;
  }
  const [where, step = ''] = String(asked).split(' ');
  const owner = where === 'here' ? coordinator?.incarnation : coordinator?.members[0]?.incarnation;
  ClusterRooms.prototype.place = (game) => ({
    owner: owner ?? '',
    compat: coordinator?.memberOf(owner ?? null)?.compats[game] ?? '',
  });
  Object.assign(HandOffs.prototype, { [step]: () => process.kill(process.pid, 'SIGKILL') });
  process.send?.(asked);
});

await runHost({ games, rooms });
