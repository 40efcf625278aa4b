import { useEffect, useState } from 'preact/hooks';
import type { GameName, GameView } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';
import { useApp } from '../app/parts.ts';
import { PLAYED } from './played.ts';
import type { PlayedName } from './played.ts';

type Game = GameView<GameName<Games>>;

/** The games that the service runs; empty until it has told. */
export function useGames(): readonly Game[] {
  const { gyre, toasts } = useApp();
  const [games, setGames] = useState<readonly Game[]>([]);
  useEffect(() => {
    gyre.games().then(setGames, (error: unknown) => toasts.showError(error));
  }, [gyre]);
  return games;
}

/** The games that this page can play and the service runs; empty until it has told. */
export function useOfferedGames(): readonly PlayedName[] {
  const games = useGames();
  return PLAYED.filter((played) => games.some(({ name }) => name === played));
}

/** Whether a game takes players while it runs. */
export function useJoinsLate(): (game: string) => boolean {
  const games = useGames();
  return (game) => games.some(({ name, lateJoin }) => lateJoin && name === game);
}
