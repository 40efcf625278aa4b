import { LocalDriver, LocalPresence, matchMaker, type Room } from '@colyseus/core';
import type { SocketRoom } from './socket-room.ts';

/** A room class that Colyseus can make: without arguments, then `onCreate(options)`. */
export type RoomType<Options, Created extends SocketRoom> = new () => Created & { onCreate(options: Options): void };

let ready: Promise<void> | null = null;

/**
 * Sets up Colyseus' matchmaker, which is one for the whole process: with its own driver and presence in memory and none
 * of its public methods, since placement, seats and lists are Gyre's.
 */
function startColyseus(): Promise<void> {
  ready ??= (async () => {
    matchMaker.controller.exposedMethods = [];
    matchMaker.setHealthChecksEnabled(false);
    await matchMaker.setup(new LocalPresence(), new LocalDriver());
  })();
  return ready;
}

/**
 * Creates a room in this process. `colyseusId` is its id for Colyseus' own tools; what its sockets ask for is up to
 * the directory. Rejects if the id is taken, or with what `onCreate` threw.
 */
export async function createRoom<Options extends object, Created extends SocketRoom>(
  type: RoomType<Options, Created>,
  { name, colyseusId, options }: { readonly name: string; readonly colyseusId: string; readonly options: Options },
): Promise<Created> {
  await startColyseus();
  const known = matchMaker.getAllHandlers()[name];
  if (known === undefined || (known.klass as unknown) !== type) {
    matchMaker.defineRoomType(name, type as unknown as new () => Room);
  }
  if (matchMaker.getLocalRoomById(colyseusId) !== undefined) throw new Error(`room ${colyseusId} is here already`);
  await matchMaker.handleCreateRoom(name, options, undefined, colyseusId);
  return matchMaker.getLocalRoomById(colyseusId) as unknown as Created;
}
