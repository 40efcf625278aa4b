import type { RequestHandler } from 'express';
import type { GameDefinition } from '../rooms/kit/define-game.ts';
import type { AnyRooms } from '../rooms/kit/index.ts';
import type { SettledConfig } from './config.ts';
import type { GameRegistry } from './games/registry.ts';
import type { Logger } from './ops/logging.ts';

/** What a Gyre is to be. */
export interface GyreOptions {
  /** The contracts, by the games' names. */
  readonly games: Readonly<Record<string, GameDefinition>>;
  /** Who runs them: one room for each game. */
  readonly rooms: AnyRooms;
  readonly config: SettledConfig;
  readonly log: Logger;
  /** Which build this is, for the operator's eyes. */
  readonly build: string;
  /** Answers `/sdk/…`. Left out: 404. */
  readonly sdk?: RequestHandler;
  /** Answers what nothing else does: the web page. Left out: 404. */
  readonly page?: RequestHandler;
  /** The operator wants this process to end: its matches are to be moved away or parked (`Gyre.stop`). Left out: it gets a SIGTERM. */
  readonly onStopWanted?: () => void;
  /** Another process has taken over this one's matches: its sockets are closed, and it must end. */
  readonly onFenced: () => void;
}

/** What a start works with. */
export interface Start {
  readonly games: GameRegistry;
  readonly options: GyreOptions;
  /** What has been started, to be stopped again. */
  readonly started: AsyncDisposableStack;
}
