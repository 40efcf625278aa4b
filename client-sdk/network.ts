/** Node's global object is no event target. */
const page: Partial<Pick<Window, 'addEventListener' | 'removeEventListener'>> = globalThis;

/**
 * Calls `wake` when trying again is worth it now: the network is back, or the player looks at the page again. Outside a
 * browser it never does. Gives back what stops it.
 */
export function onNetworkReturn(wake: () => void): () => void {
  const listener = (): void => {
    if (globalThis.document === undefined || globalThis.document.visibilityState === 'visible') wake();
  };
  for (const event of EVENTS) page.addEventListener?.(event, listener);
  return () => {
    for (const event of EVENTS) page.removeEventListener?.(event, listener);
  };
}

const EVENTS = ['online', 'pageshow', 'focus'] as const;

/** Calls `listener` when the device says that it lost its network; gives back what stops it. */
export function onNetworkLoss(listener: () => void): () => void {
  page.addEventListener?.('offline', listener);
  return () => page.removeEventListener?.('offline', listener);
}
