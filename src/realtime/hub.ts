import { CloseCode } from '../../protocol/close-codes.ts';
import { HUB_ROOM, type HubMessages } from '../../protocol/hub.ts';
import { MAX_ROOM_MESSAGE_BYTES } from '../../protocol/limits.ts';
import { toProblem } from '../http/problem.ts';
import { newRequestId } from '../store/ids.ts';
import { joinFrame, rejectionFrame, responseFrame, sharedDataFrame } from './frames.ts';
import { type InboundMessage, unpackPayload } from './inbound-frame.ts';
import type { HubAdmission, HubConnection, HubExit, HubService, RealtimeLog } from './ports.ts';
import type { RoomDirectory } from './room-directory.ts';
import type { SocketClient } from './socket-client.ts';
import { type SocketHandler, SocketRoom } from './socket-room.ts';

interface HubParts {
  readonly service: HubService;
  readonly log: RealtimeLog;
}

/** An admitted hub socket. */
class HubLink implements HubConnection {
  readonly sessionId: string;
  readonly playerId: string;
  readonly authSessionId: string;
  readonly client: SocketClient;
  exit: HubExit = 'dropped';

  constructor(client: SocketClient, { playerId, authSessionId }: HubAdmission) {
    this.client = client;
    this.sessionId = client.presented.sessionId;
    this.playerId = playerId;
    this.authSessionId = authSessionId;
  }

  send<Type extends keyof HubMessages>(type: Type, message: HubMessages[Type]): void {
    this.client.tell(sharedDataFrame(type, message));
  }

  close(code: number): void {
    this.client.end(code);
  }
}

/** The hub's sockets, of all signed-in players of this process. It has no state: the service behind it pushes what they see. */
class Hub implements SocketHandler {
  readonly #service: HubService;
  readonly #log: RealtimeLog;
  readonly #linkOf = new WeakMap<SocketClient, HubLink>();
  /** The newest socket of each right. */
  readonly #links = new Map<string, HubLink>();

  constructor({ service, log }: HubParts) {
    this.#service = service;
    this.#log = log;
  }

  arrived(client: SocketClient): void {
    void this.#admit(client);
  }

  acknowledged(client: SocketClient): void {
    const link = this.#linkOf.get(client);
    if (link === undefined) return;
    client.goLive([]);
    this.#service.connected(link);
  }

  isUncounted(): boolean {
    return false;
  }

  received(client: SocketClient, { type, packed, requestId }: InboundMessage): void {
    const link = this.#linkOf.get(client);
    const payload = packed.length > MAX_ROOM_MESSAGE_BYTES ? null : unpackPayload(packed);
    if (link === undefined || requestId === null || payload === null || !this.#service.knows(type)) {
      client.end(CloseCode.badInput);
      return;
    }
    void this.#answer(link, requestId, () => this.#service.request(link, type, payload.value));
  }

  consented(client: SocketClient): void {
    const link = this.#linkOf.get(client);
    if (link !== undefined && link.exit === 'dropped') link.exit = 'left';
    client.end(CloseCode.consented);
  }

  gone(client: SocketClient): void {
    const link = this.#linkOf.get(client);
    if (link === undefined) return;
    if (this.#links.get(link.sessionId) === link) this.#links.delete(link.sessionId);
    this.#service.disconnected(link, link.exit);
  }

  async #admit(client: SocketClient): Promise<void> {
    try {
      const admission = await this.#service.admit(client.presented.sessionId, client.presented.token);
      if (admission === null) client.end(CloseCode.noSuchRight);
      else this.#link(client, admission);
    } catch (error) {
      this.#log.warn({ err: error }, 'a hub right could not be checked: its socket is to come back');
      client.end(CloseCode.comeBack);
    }
  }

  #link(client: SocketClient, admission: HubAdmission): void {
    const link = new HubLink(client, admission);
    if (client.stage === 'ended') {
      this.#service.disconnected(link, link.exit);
      return;
    }
    const before = this.#links.get(link.sessionId);
    if (before !== undefined) {
      before.exit = 'replaced';
      before.close(CloseCode.replaced);
    }
    this.#linkOf.set(client, link);
    this.#links.set(link.sessionId, link);
    const { reconnectionToken } = admission;
    client.join(joinFrame({ reconnectionToken, serializer: 'none', handshake: null }));
  }

  async #answer({ client }: HubLink, requestId: number, ask: () => Promise<unknown>): Promise<void> {
    try {
      client.tell(responseFrame(requestId, await ask()));
    } catch (error) {
      const problem = toProblem(error, newRequestId());
      if (problem.code === 'internal')
        this.#log.error({ err: error, requestId: problem.requestId }, 'a hub request threw');
      client.tell(rejectionFrame(requestId, problem));
    }
  }
}

/** Opens the hub of this process, at the path `…/hub`. */
export function openHub(parts: HubParts & { readonly directory: RoomDirectory }): SocketRoom {
  const room = new SocketRoom({ roomId: HUB_ROOM, handler: new Hub(parts), log: parts.log });
  parts.directory.add(HUB_ROOM, room);
  return room;
}
