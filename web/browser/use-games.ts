import { useEffect, useState } from 'preact/hooks';
import type { GameName, GameView } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';
import { useApp } from '../app/parts.ts';

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
