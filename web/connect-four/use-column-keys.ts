import { useEffect, useRef } from 'preact/hooks';
import { COLUMNS } from '../../rooms/connect-four/rules.ts';

/** The keys 1 to 7 drop a disc from anywhere on the screen, unless one is writing. */
export function useColumnKeys(drop: (column: number) => void): void {
  const latest = useRef(drop);
  latest.current = drop;
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      const column = Number(event.key) - 1;
      if (!(column >= 0 && column < COLUMNS) || event.repeat || isMeantOtherwise(event)) return;
      event.preventDefault();
      latest.current(column);
    };
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
}

function isMeantOtherwise({ target, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean {
  if (ctrlKey || altKey || metaKey) return true;
  return target instanceof Element && target.closest('input, textarea, select, dialog') !== null;
}
