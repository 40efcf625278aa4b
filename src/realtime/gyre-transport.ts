import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocketTransport } from '@colyseus/ws-transport';
import type { WebSocket } from 'ws';
import { CloseCode } from '../../protocol/close-codes.ts';
import { HUB_ROOM } from '../../protocol/hub.ts';
import { MAX_ROOM_MESSAGE_BYTES, MAX_ROOM_MESSAGES_PER_SECOND } from '../../protocol/limits.ts';
import { infoOf } from '../http/request-info.ts';
import { GyreWebSocket } from './gyre-web-socket.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Upgrade } from './held-upgrade.ts';
import { MessageAllowance } from './message-allowance.ts';
import type { RealtimeLog } from './ports.ts';
import type { RoomDirectory } from './room-directory.ts';
import { type ClientPatience, SocketClient } from './socket-client.ts';
import { isSocketNoise } from './socket-noise.ts';
import type { SocketRoom } from './socket-room.ts';
import { readTarget, type SocketTarget } from './socket-target.ts';
import type { Admission, UpgradeRouter } from './upgrade-router.ts';

/** A socket for a room that is just being adopted is held for so long. */
const HOLD_MS = 3_000;
/** A frame's head beside its payload: code, request id, type, an input's envelope. */
const FRAME_HEAD_BYTES = 1_024;
/** How long a closing peer may take over its part of the closing handshake. */
const CLOSE_TIMEOUT_MS = 5_000;
/** The same, when the process stops. */
const LAST_WORD_MS = 1_000;
/** Those whom another process has passed on to us leave in so many steps at most, so long after each other. */
const MOST_DISMISSALS = 50;
const DISMISSAL_MS = 10;
/** With more waiting for it, a peer's pings are not answered. */
const MAX_UNREAD_BYTES = 64 * 1024;

export interface GyreTransportOptions {
  readonly directory: RoomDirectory;
  /** Why a socket for a room that isn't here is turned away; 4010: it is about to be here. */
  readonly closeCodeOf: (roomId: string) => Promise<number>;
  readonly log: RealtimeLog;
  /** Leads sockets for rooms that are not here; left out: this process is alone. */
  readonly router?: UpgradeRouter;
  /** 3,000 if left out. */
  readonly holdMs?: number;
  readonly patience?: ClientPatience;
  /** A round of the heartbeat; 2,500 if left out. */
  readonly heartbeatMs?: number;
}

/** Where a socket wants to go, and what the router has found out about it; null: it was not asked. */
interface Arrival {
  readonly target: SocketTarget | null;
  readonly admission: Admission | null;
}

type ControlledSocket = GyreWebSocket & { controls?: MessageAllowance };

/**
 * Colyseus' WebSocket transport, fed by hand: the guard on the HTTP server gives it the upgrades that it has let
 * through. Sockets that are turned away are accepted first, since a browser learns nothing from a refused upgrade, and
 * an SDK acts on the close code.
 */
export class GyreTransport extends WebSocketTransport {
  readonly #options: GyreTransportOptions;
  readonly #heartbeat: Heartbeat;

  constructor(options: GyreTransportOptions) {
    super(socketOptions());
    this.#options = options;
    this.#heartbeat = new Heartbeat(options.heartbeatMs);
  }

  /** Open sockets. */
  get clientCount(): number {
    return this.wss.clients.size;
  }

  /**
   * Completes a WebSocket handshake and leads the socket to its room, here or in another process. The socket is ours
   * from here on.
   */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const upgrade = { request, socket, head };
    const target = readTarget(request.url ?? '/');
    const { router } = this.#options;
    const isPiped = infoOf(request).pipedBy !== null;
    // Each process has a hub: which one it is to be is in the path.
    const isOurs = target !== null && this.#isHere(target.roomId) && (isPiped || target.roomId !== HUB_ROOM);
    if (router === undefined || target === null || isOurs) this.#complete(upgrade, { target, admission: null });
    else void this.#route(router, upgrade, { target, isPiped });
  }

  /** Takes no more upgrades, tells everyone who is still there to come back, and soon cuts off whoever does not listen. */
  override shutdown(): void {
    this.#heartbeat.stop();
    this.#options.router?.close();
    this.wss.close();
    for (const socket of this.wss.clients) socket.close(CloseCode.comeBack);
    setTimeout(() => {
      for (const socket of this.wss.clients) socket.terminate();
    }, LAST_WORD_MS).unref();
  }

  /**
   * A process that passes sockets on to us stops: their clients are told to come back while what they say still gets through. Some
   * after others, or each would wait until all are back.
   */
  async dismissPiped(by: string): Promise<void> {
    const piped = [...this.wss.clients].filter((socket) => (socket as GyreWebSocket).pipedBy === by);
    const atOnce = Math.ceil(piped.length / MOST_DISMISSALS);
    for (let from = 0; from < piped.length; from += atOnce) {
      for (const socket of piped.slice(from, from + atOnce)) socket.close(CloseCode.comeBack);
      await pause(DISMISSAL_MS, undefined, { ref: false });
    }
  }

  #isHere(roomId: string): boolean {
    return this.#options.directory.get(roomId) !== null;
  }

  async #route(
    router: UpgradeRouter,
    upgrade: Upgrade,
    { target, isPiped }: { readonly target: SocketTarget; readonly isPiped: boolean },
  ): Promise<void> {
    const { roomId } = target;
    const admission = await router.route(upgrade, {
      address: target,
      isPiped,
      isHere: () => this.#isHere(roomId),
      arrival: (withinMs) => this.#options.directory.arrival(roomId, withinMs),
    });
    if (admission !== null) this.#complete(upgrade, { target, admission });
  }

  #complete({ request, socket, head }: Upgrade, arrival: Arrival): void {
    this.wss.handleUpgrade(request, socket, head, (webSocket) => {
      void this.#accept(webSocket as unknown as ControlledSocket, request, arrival);
    });
  }

  async #accept(socket: ControlledSocket, request: IncomingMessage, { target, admission }: Arrival): Promise<void> {
    socket.useConnection(request.socket);
    socket.pipedBy = infoOf(request).pipedBy;
    this.#heartbeat.watch(socket);
    socket.on('ping', (data) => {
      if (!this.#mayControl(socket)) return;
      // Whoever does not read has no use for another pong, and must not have them pile up here.
      if (socket.bufferedAmount < MAX_UNREAD_BYTES) socket.pong(data);
    });
    socket.on('pong', () => {
      if (!this.#heartbeat.isAsked(socket)) this.#mayControl(socket);
      socket.silentRounds = 0;
    });
    socket.on('error', (error) => this.#onError(error));
    if (target === null) socket.close(CloseCode.noSuchRight);
    else if (admission?.at === 'nowhere') socket.close(admission.closeCode);
    else await this.#lead(socket, target);
  }

  /** Counts what a peer sends besides messages and answers to our pings. */
  #mayControl(socket: ControlledSocket): boolean {
    socket.controls ??= new MessageAllowance(MAX_ROOM_MESSAGES_PER_SECOND);
    if (socket.controls.take()) return true;
    socket.close(CloseCode.tooManyMessages);
    return false;
  }

  async #lead(socket: GyreWebSocket, { roomId, presented }: SocketTarget): Promise<void> {
    const room = this.#options.directory.get(roomId) ?? (await this.#await(socket, roomId));
    room?.enter(new SocketClient(socket, presented, this.#options.patience));
  }

  /** Turns a socket away, or holds it until its room is here. What it sends meanwhile stays in the kernel. */
  async #await(socket: WebSocket, roomId: string): Promise<SocketRoom | null> {
    socket.pause();
    const code = await this.#closeCodeOf(roomId);
    const holdMs = this.#options.holdMs ?? HOLD_MS;
    const room = code === CloseCode.comeBack ? await this.#options.directory.arrival(roomId, holdMs) : null;
    if (room === null) socket.close(code);
    socket.resume();
    return room;
  }

  async #closeCodeOf(roomId: string): Promise<number> {
    try {
      return await this.#options.closeCodeOf(roomId);
    } catch (error) {
      this.#options.log.warn({ err: error, roomId }, 'could not look up a match: its socket is to come back');
      return CloseCode.comeBack;
    }
  }

  #onError(error: Error): void {
    const { log } = this.#options;
    if (isSocketNoise(error)) log.debug({ err: error }, 'a socket broke');
    else log.warn({ err: error }, 'a socket failed');
  }
}

function socketOptions() {
  return {
    noServer: true,
    WebSocket: GyreWebSocket,
    autoPong: false,
    maxPayload: MAX_ROOM_MESSAGE_BYTES + FRAME_HEAD_BYTES,
    closeTimeout: CLOSE_TIMEOUT_MS,
  };
}
