import { type ClientArray, Room } from '@colyseus/core';
import type { SocketClient } from './socket-client.ts';

/**
 * The parts of Colyseus' `Room` that Gyre replaces or calls, its private ones included. `colyseus-room.test.ts` fails
 * when an upgrade moves one of them.
 */
export interface RoomInternals {
  readonly roomId: string;
  readonly roomName: string;
  readonly clients: ClientArray<SocketClient>;

  /** Starts the room's timers and its serializer, before `onCreate`. */
  __init(): void;
  /** Whether a socket may come in, asked by Colyseus' own transports. */
  hasReservedSeat(sessionId: string, reconnectionToken?: string): boolean;
  /** Asked by Colyseus' matchmaking, before a socket comes. */
  _reserveSeat(sessionId: string): Promise<boolean>;
  _onJoin(client: SocketClient): Promise<void>;
  _onLeave(client: SocketClient, code?: number): Promise<void>;
  _onMessage(client: SocketClient, data: Buffer, isBinary?: boolean): void;
  /** Closes all sockets and disposes of the room. */
  disconnect(closeCode?: number): Promise<unknown>;
  /** Called by Colyseus' own shutdown, which Gyre does not use. */
  onBeforeShutdown(): void;
}

/** Names of the internals, for the contract test. */
export const ROOM_INTERNALS = [
  '__init',
  'hasReservedSeat',
  '_reserveSeat',
  '_onJoin',
  '_onLeave',
  '_onMessage',
  'disconnect',
  'onBeforeShutdown',
] as const satisfies readonly (keyof RoomInternals)[];

/** Colyseus' `Room`, with its private members open to override. TypeScript's `private` is no obstacle at run time. */
export const ColyseusRoom = Room as unknown as abstract new () => RoomInternals;
