import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { BODY_PIXELS, drawBody } from './fighter-painter.ts';
import type { Livery } from './palette.ts';

/** A fighter's body, beside its name. */
export function LiveryIcon({ livery }: { readonly livery: Livery }): VNode {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = ref.current?.getContext('2d');
    if (context) drawBody(context, livery);
  }, [livery.face]);
  return <canvas ref={ref} class="livery" width={BODY_PIXELS} height={BODY_PIXELS} aria-hidden="true" />;
}
