import { LocalDriver, LocalPresence, matchMaker, type Room } from '@colyseus/core';
import { SocketRoom, type SocketRoomOptions } from './socket-room.ts';

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

/** Where a room stands among Colyseus' own. */
export interface ColyseusName {
  /** The kind of room. */
  readonly name: string;
  /** Its id for Colyseus' own tools. What its sockets ask for is up to the directory. */
  readonly colyseusId: string;
}

/** Creates a room in this process. Rejects if the id is taken. */
export async function createRoom({ name, colyseusId }: ColyseusName, options: SocketRoomOptions): Promise<SocketRoom> {
  await startColyseus();
  if (matchMaker.getAllHandlers()[name] === undefined) {
    matchMaker.defineRoomType(name, SocketRoom as unknown as new () => Room);
  }
  if (matchMaker.getLocalRoomById(colyseusId) !== undefined) throw new Error(`room ${colyseusId} is here already`);
  await matchMaker.handleCreateRoom(name, options, undefined, colyseusId);
  return matchMaker.getLocalRoomById(colyseusId) as unknown as SocketRoom;
}

/** Ends the one timer that Colyseus has (its statistics, for up to a second), when the last room of the process is gone. */
export function stopColyseus(): void {
  matchMaker.stats.reset();
}
