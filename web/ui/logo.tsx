import type { VNode } from 'preact';

/** Gyre's mark: two bodies on their way around each other. */
export function Logo(): VNode {
  return (
    <svg class="logo" viewBox="0 0 48 48" aria-hidden="true">
      <g class="logo-orbit">
        <path class="logo-sun" d="M24 4a20 20 0 0 1 20 20" />
        <path class="logo-ink" d="M44 24A20 20 0 0 1 9.9 38.1" />
        <path class="logo-moon" d="M11.2 19a13.5 13.5 0 0 1 24.5-1.8" />
        <path class="logo-faint" d="M37.3 26A13.5 13.5 0 0 1 16.6 35.3" />
        <circle class="logo-small" cx="8.5" cy="14" r="4.2" />
      </g>
      <circle class="logo-big" cx="24" cy="24" r="6" />
    </svg>
  );
}
