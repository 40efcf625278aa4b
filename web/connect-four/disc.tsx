import type { VNode } from 'preact';
import type { Side } from './sides.ts';

const RAYS = Array.from({ length: 12 }, (_, index) => index * 30);

/** A disc. The sides differ by shape as well as by colour. */
export function Disc({ side }: { readonly side: Side }): VNode {
  return (
    <svg class={`disc disc-${side === 0 ? 'sun' : 'moon'}`} viewBox="0 0 100 100" aria-hidden="true">
      <circle class="disc-edge" cx="50" cy="50" r="49" />
      <circle class="disc-face" cx="50" cy="50" r="44" />
      {side === 0 ? (
        <g class="disc-mark">
          <circle cx="50" cy="50" r="13" />
          {RAYS.map((angle) => (
            <path key={angle} d="M50 18v9" transform={`rotate(${angle} 50 50)`} />
          ))}
        </g>
      ) : (
        <path class="disc-mark" d="M60 24a28 28 0 1 0 14 38A23 23 0 0 1 60 24z" />
      )}
    </svg>
  );
}
