/**
 * WebSocket close codes. Codes 4000–4010 are Colyseus' own; from 4100 on they are Gyre's and final: no client
 * comes back by itself. A stock Colyseus SDK reconnects on 1001, 1005, 1006 and 4010, so "come back" is always
 * {@link CloseCode.comeBack}.
 */
export const CloseCode = {
  /** The client left on purpose; its seat is given up. */
  consented: 4000,
  /** The process stops or the room moves: the same seat is there again soon. */
  comeBack: 4010,
  finished: 4100,
  kicked: 4101,
  signedOut: 4102,
  banned: 4103,
  /** A newer right to the same seat was used, on another tab or device. */
  replaced: 4104,
  badInput: 4105,
  tooManyMessages: 4106,
  matchAbandoned: 4107,
  incompatibleBuild: 4108,
  /** Unknown, expired or already used right: ask for a seat again over REST. */
  noSuchRight: 4109,
} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
