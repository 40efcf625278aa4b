import { useEffect, useState } from 'preact/hooks';
import { useApp } from '../app/parts.ts';
import { isOfPlayed, type PlayedMatchView } from '../games/played.ts';

const SHOWN_MAX = 10;
const LOOK_EVERY_MS = 4_000;

/** Matches that one may watch here, looked up every few seconds while the page is in sight. */
export function useLiveMatches(): readonly PlayedMatchView[] {
  const { gyre } = useApp();
  const [matches, setMatches] = useState<readonly PlayedMatchView[]>([]);
  useEffect(() => {
    let isThere = true;
    const look = async (): Promise<void> => {
      if (document.hidden) return;
      const { items } = await gyre.matches.list({ limit: SHOWN_MAX });
      if (isThere) setMatches(items.filter((match) => isOfPlayed(match)));
    };
    // Merely nice to have, and asked again soon.
    const lookAgain = (): void => void look().catch(() => undefined);
    lookAgain();
    const timer = setInterval(lookAgain, LOOK_EVERY_MS);
    return () => {
      isThere = false;
      clearInterval(timer);
    };
  }, [gyre]);
  return matches;
}
