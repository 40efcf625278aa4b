import { useEffect, useReducer } from 'preact/hooks';
import type { Live } from '../../client-sdk/index.ts';

/** The present view of something live; draws again when it changes. */
export function useLive<View>(live: Live<View>): View {
  const [, redraw] = useReducer((drawings: number, _change: unknown) => drawings + 1, 0);
  useEffect(() => live.subscribe(redraw), [live]);
  return live.view;
}
