import { useEffect, useRef } from 'preact/hooks';
import { isMeantOtherwise } from './controls.ts';

/** Calls `press` when the key is pressed, by where it lies, unless one is writing or is asked something. */
export function useHotkey(code: string, press: () => void): void {
  const latest = useRef(press);
  latest.current = press;
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      if (event.code !== code || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
      if (isMeantOtherwise(event)) return;
      latest.current();
    };
    addEventListener('keydown', listener);
    return () => removeEventListener('keydown', listener);
  }, [code]);
}
