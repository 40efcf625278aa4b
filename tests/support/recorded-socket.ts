import type { HubMessages } from '../../protocol/hub.ts';
import type { HubConnection } from '../../src/realtime/ports.ts';

type Kind = keyof HubMessages;
/** Something that a hub has sent. */
export type Sent = { readonly [Type in Kind]: { readonly type: Type; readonly message: HubMessages[Type] } }[Kind];

/** A hub socket without a wire: it keeps what it is sent. */
export class RecordedSocket implements HubConnection {
  readonly sessionId: string;
  readonly playerId: string;
  readonly authSessionId: string;
  readonly sent: Sent[] = [];
  closedWith: number | null = null;

  constructor(playerId: string, { sessionId = 'x'.repeat(22), authSessionId = `s_${playerId}` } = {}) {
    this.playerId = playerId;
    this.sessionId = sessionId;
    this.authSessionId = authSessionId;
  }

  send<Type extends Kind>(type: Type, message: HubMessages[Type]): void {
    // As on a wire: what is changed afterwards is not what was sent.
    this.sent.push(structuredClone({ type, message }) as Sent);
  }

  close(code: number): void {
    this.closedWith = code;
  }

  of<Type extends Kind>(type: Type): HubMessages[Type][] {
    return this.sent.flatMap((each) => (each.type === type ? [each.message as HubMessages[Type]] : []));
  }

  last<Type extends Kind>(type: Type): HubMessages[Type] | undefined {
    return this.of(type).at(-1);
  }
}
