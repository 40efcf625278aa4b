import { useEffect, useState } from 'preact/hooks';

/** Draws again every so many ms while it is on; gives this device's time in ms since 1970. */
export function useNow(everyMs: number, isOn = true): number {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    if (!isOn) return undefined;
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    setNowMs(Date.now());
    return () => clearInterval(timer);
  }, [everyMs, isOn]);
  return nowMs;
}
