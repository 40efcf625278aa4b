/** A right to a seat or hub, as the server hands it out. */
export interface SeatGrant {
  readonly role: 'player' | 'spectator' | 'hub';
  readonly matchId: string | null;
  readonly game: string | null;
  readonly seatIndex: number | null;
  readonly expiresInMs: number;
  /** `host[:port][/path]`: where the room itself runs; null: only the shared address is known. */
  readonly directAddress: string | null;
  readonly colyseus: {
    readonly name: string;
    readonly roomId: string;
    readonly sessionId: string;
    readonly processId: string;
    readonly reconnectionToken?: string;
  };
}

/** Whether an answer has all that it takes to dial. */
export function isSeatGrant(answer: SeatGrant | null): answer is SeatGrant {
  const { directAddress, colyseus } = answer ?? ({} as Partial<SeatGrant>);
  const ids = [colyseus?.roomId, colyseus?.sessionId, colyseus?.processId];
  return (directAddress === null || typeof directAddress === 'string') && ids.every((id) => typeof id === 'string');
}

export interface DialOptions {
  /** The shared address, `http(s)://…`. */
  readonly endpoint: string;
  readonly direct: boolean;
  readonly reconnectionToken: string | undefined;
  readonly skipHandshake: boolean;
}

/** The WebSocket URL that opens a right, as Colyseus' own client would build it. */
export function socketUrl(grant: SeatGrant, options: DialOptions): string {
  const shared = new URL(options.endpoint);
  const scheme = shared.protocol === 'https:' ? 'wss:' : 'ws:';
  const base =
    options.direct && grant.directAddress !== null
      ? `${scheme}//${grant.directAddress.replace(/\/$/, '')}`
      : `${scheme}//${shared.host}${shared.pathname.replace(/\/$/, '')}`;
  const query = new URLSearchParams({ sessionId: grant.colyseus.sessionId });
  if (options.reconnectionToken) query.set('reconnectionToken', options.reconnectionToken);
  if (options.skipHandshake) query.set('skipHandshake', '1');
  return `${base}/${grant.colyseus.processId}/${grant.colyseus.roomId}?${query}`;
}
