import { useEffect, useState } from 'preact/hooks';
import type { LobbySummary } from '../../client-sdk/index.ts';
import { useApp } from '../app/parts.ts';
import { queryOf } from './filter.ts';
import type { Filter } from './filter.ts';

/** The lobbies that fit, as they come and go; null until the first answer. */
export function useWatchedLobbies(filter: Filter): readonly LobbySummary[] | null {
  const { gyre, toasts } = useApp();
  const [lobbies, setLobbies] = useState<readonly LobbySummary[] | null>(null);
  const query = JSON.stringify(queryOf(filter));
  useEffect(() => {
    const list = gyre.lobbies.watch(queryOf(filter));
    const stops = [list.stop];
    const follow = async (): Promise<void> => {
      // Before that its view is empty, which would look as if there were no lobbies.
      await list.ready;
      if (stops.length > 0) stops.push(list.subscribe(setLobbies));
    };
    follow().catch((error: unknown) => toasts.showError(error));
    return () => {
      for (const stop of stops.splice(0)) stop();
    };
  }, [gyre, query]);
  return lobbies;
}
