import type { VNode } from 'preact';

/** Outlines on a grid of 24, drawn with the colour of the text. They only accompany words, so readers pass over them. */
const PATHS = {
  chat: 'M4 5h16v11H10l-5 4v-4H4z',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h10v10H9zM5 15V5h10',
  crown: 'M4 18h16M4.5 15L3 7l5 4 4-6 4 6 5-4-1.5 8z',
  exit: 'M14 5H6v14h8M10 12h10M16.5 8.5L20 12l-3.5 3.5',
  eye: 'M2.5 12C5 7.5 8.3 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.8 6.5-9.5 6.5S5 16.5 2.5 12zM12 9a3 3 0 100 6 3 3 0 000-6z',
  flag: 'M6 21V4M6 5h11l-2.5 3.5L17 12H6',
  globe: 'M12 3a9 9 0 100 18 9 9 0 000-18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18',
  link: 'M10 14a4 4 0 005.7 0l3-3A4 4 0 0013 5.3l-1 1M14 10a4 4 0 00-5.7 0l-3 3A4 4 0 0011 18.7l1-1',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 017 0v3',
  network: 'M5 19v-4M10 19v-8M15 19V9M20 19V4',
  pencil: 'M5 19l1-4L16 5l3 3L9 18zM14 7l3 3',
  person: 'M12 12a4 4 0 100-8 4 4 0 000 8zM5 20c0-3.5 3-6 7-6s7 2.5 7 6',
  play: 'M8 5.5v13l10.5-6.5z',
  plus: 'M12 5v14M5 12h14',
  report: 'M12 4l9 16H3zM12 10v4M12 17v.1',
  search: 'M11 4a7 7 0 100 14 7 7 0 000-14zM16 16l4.5 4.5',
  send: 'M4 12l16-7-6 15-3-6z',
  spinner: 'M12 4a8 8 0 018 8',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }): VNode {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
