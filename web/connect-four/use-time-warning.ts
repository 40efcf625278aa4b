import { useEffect } from 'preact/hooks';
import { useApp } from '../app/parts.ts';

const WARN_MS = 10_000;
const LOOK_EVERY_MS = 500;

/** Tells those who can't see the clock, once a turn of their own, that it runs low. */
export function useTimeWarning(isMyTurn: boolean, turnLeftMs: () => number): void {
  const { announcements } = useApp();
  useEffect(() => {
    // A turn that has no more than that from the start needs no warning.
    if (!isMyTurn || turnLeftMs() <= WARN_MS) return undefined;
    const timer = setInterval(() => {
      if (turnLeftMs() > WARN_MS) return;
      announcements.say('Ten seconds left.');
      clearInterval(timer);
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [isMyTurn]);
}
