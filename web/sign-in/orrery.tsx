import type { VNode } from 'preact';
import { Disc } from '../connect-four/disc.tsx';

/** Discs on their orbits: nothing but a pleasure. */
export function Orrery(): VNode {
  return (
    <div class="orrery" aria-hidden="true">
      <div class="orbit orbit-1">
        <Disc side={0} />
      </div>
      <div class="orbit orbit-2">
        <Disc side={1} />
        <Disc side={0} />
      </div>
      <div class="orbit orbit-3">
        <Disc side={1} />
        <Disc side={0} />
        <Disc side={1} />
      </div>
      <div class="orrery-heart">
        <Disc side={0} />
      </div>
    </div>
  );
}
