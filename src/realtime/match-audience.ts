import { PatchStream } from './patch-stream.ts';
import type { SeatSlot } from './seat-slot.ts';
import type { SocketClient } from './socket-client.ts';
import type { Spectators } from './spectators.ts';
import type { Parcel } from './step-frames.ts';
import type { Frame } from './web-socket-frame.ts';

export interface MatchAudienceParts {
  /** By seat index; it may grow. */
  readonly slots: readonly SeatSlot[];
  readonly spectators: Spectators;
  /** A client that was left behind has read all that it was sent: it is to catch up with the whole state. */
  readonly onDrained: (client: SocketClient) => void;
}

/** Everyone who is told what happens in a match: the sockets of its seats, and of those who watch. */
export class MatchAudience {
  readonly #parts: MatchAudienceParts;
  readonly #stream = new PatchStream();

  constructor(parts: MatchAudienceParts) {
    this.#parts = parts;
  }

  /** Sends a client what it begins with: the whole state, and every patch after it. */
  admit(client: SocketClient, frames: readonly Frame[]): void {
    if (client.goLive(frames)) this.#stream.add(client);
  }

  /** Sends a client that was left behind the whole state, and every patch after it. */
  bringBack(client: SocketClient, frames: readonly Frame[]): void {
    if (client.catchUp(frames)) this.#stream.add(client);
  }

  /** Its socket is gone. */
  forget(client: SocketClient): void {
    this.#stream.remove(client);
  }

  /** Lets out what a step has brought: the patch, then its messages in order. To each client they go together. */
  letOut(patch: Frame | null, parcels: readonly Parcel[]): void {
    const { onDrained } = this.#parts;
    if (parcels.length === 0) {
      if (patch !== null) this.#stream.send(patch, null, onDrained);
      return;
    }
    const clients = this.#receiversOf(parcels);
    for (const client of clients) client.cork();
    if (patch !== null) this.#stream.send(patch, clients, onDrained);
    for (const parcel of parcels) this.#send(parcel);
    for (const client of clients) client.uncork();
  }

  /**
   * The match is over: the last that they hear of it, also those who are not in the stream of patches yet.
   * @param missed what goes before it for one that was left behind
   */
  deliver(frame: Frame, missed: (client: SocketClient) => readonly Frame[]): void {
    const { slots, spectators } = this.#parts;
    const everyone = new Set([...slots.flatMap(({ client }) => client ?? []), ...spectators.clients()]);
    for (const client of everyone) if (client.isBehind) client.catchUp(missed(client));
    for (const { client } of slots) client?.deliver(frame);
    spectators.tell(frame);
  }

  #send({ frame, to, isAck }: Parcel): void {
    const { slots, spectators } = this.#parts;
    if (to === null) {
      for (const { client } of slots) client?.tell(frame);
      spectators.tell(frame);
      return;
    }
    const client = this.#clientOf(to);
    // What it catches up with is acknowledged with it.
    if (client !== null && !(isAck && client.isBehind)) client.tell(frame);
  }

  #receiversOf(parcels: readonly Parcel[]): ReadonlySet<SocketClient> {
    const { slots, spectators } = this.#parts;
    const toAll = parcels.some(({ to }) => to === null);
    const seated = toAll ? slots.flatMap(({ client }) => client ?? []) : [];
    const named = parcels.flatMap(({ to }) => (to === null ? [] : (this.#clientOf(to) ?? [])));
    return new Set([...seated, ...named, ...(toAll ? spectators.clients() : [])]);
  }

  #clientOf(to: number | SocketClient): SocketClient | null {
    return typeof to === 'number' ? (this.#parts.slots[to]?.client ?? null) : to;
  }
}
