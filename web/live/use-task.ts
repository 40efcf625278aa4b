import { useRef, useState } from 'preact/hooks';
import { useApp } from '../app/parts.ts';

/** Runs what a control asks for, one at a time. What goes wrong is told in words. */
export function useTask(): readonly [isBusy: boolean, run: (work: () => Promise<unknown>) => void] {
  const { toasts } = useApp();
  const [isBusy, setBusy] = useState(false);
  const running = useRef(false);
  const run = (work: () => Promise<unknown>): void => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    work()
      .catch((error: unknown) => toasts.showError(error))
      .finally(() => {
        running.current = false;
        setBusy(false);
      });
  };
  return [isBusy, run];
}
