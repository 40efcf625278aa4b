import { getMessageBytes, Protocol, ResponseStatus } from '@colyseus/core';
import type { HubMessages } from '../../protocol/hub.ts';
import type { WebSocketClass } from '../../client-sdk/socket.ts';

/** The server's side of one hub socket, which says what it is told to, in the order in which it is told. */
export class SimulatedHub {
  readonly WebSocket: WebSocketClass;
  /** Ids of the requests that came. */
  readonly asked: number[] = [];
  #send: (frame: Uint8Array) => void = () => undefined;

  constructor() {
    const opened = (send: (frame: Uint8Array) => void): void => {
      this.#send = send;
      this.#send(getMessageBytes[Protocol.JOIN_ROOM]('x'.repeat(43), 'none'));
    };
    const heard = (frame: Uint8Array): void => {
      if (frame[0] === Protocol.ROOM_REQUEST) this.asked.push(frame[1] ?? -1);
    };
    class HubSocket extends EventTarget {
      readyState = 1;

      constructor() {
        super();
        queueMicrotask(() => opened((frame) => this.#receive(frame)));
      }

      send(frame: Uint8Array): void {
        heard(frame);
      }

      close(): void {
        this.readyState = 3;
      }

      #receive(frame: Uint8Array): void {
        this.dispatchEvent(Object.assign(new Event('message'), { data: new Uint8Array(frame).buffer }));
      }
    }
    this.WebSocket = HubSocket as unknown as WebSocketClass;
  }

  push<Type extends keyof HubMessages>(type: Type, message: HubMessages[Type]): void {
    this.#send(getMessageBytes.raw(Protocol.ROOM_DATA, type, message));
  }

  answer(id: number, answer: unknown): void {
    this.#send(getMessageBytes[Protocol.ROOM_RESPONSE](id, ResponseStatus.OK, answer));
  }
}
