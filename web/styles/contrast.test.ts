import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

/** WCAG 2.2, 1.4.3 and 1.4.11: text needs 4.5, what one has to see of a control or a disc 3. */
const TEXT = 4.5;
const SHAPE = 3;
const PAIRS: readonly (readonly [front: string, back: string, atLeast: number])[] = [
  ['ink', 'sky', TEXT],
  ['ink', 'surface', TEXT],
  ['ink', 'surface-raised', TEXT],
  ['ink-soft', 'sky', TEXT],
  ['ink-soft', 'surface', TEXT],
  ['ink-soft', 'surface-sunken', TEXT],
  ['on-accent', 'accent', TEXT],
  ['on-accent', 'accent-hover', TEXT],
  ['good', 'good-soft', TEXT],
  ['good', 'surface', TEXT],
  ['danger', 'danger-soft', TEXT],
  ['warning', 'surface', TEXT],
  ['surface', 'warning', TEXT],
  ['sky', 'ink', TEXT],
  ['line-strong', 'surface', SHAPE],
  ['line-strong', 'surface-raised', SHAPE],
  ['focus', 'sky', SHAPE],
  ['focus', 'surface', SHAPE],
  ['sun-mark', 'sun', SHAPE],
  ['moon-mark', 'moon', SHAPE],
  ['sun-edge', 'hole', SHAPE],
  ['moon', 'hole', SHAPE],
  ['arena-ink', 'arena-sky', TEXT],
  ['arena-ink', 'arena-panel', TEXT],
  ['arena-ink-soft', 'arena-panel', TEXT],
  ['arena-low', 'arena-panel', TEXT],
  ['arena-accent', 'arena-sky', SHAPE],
  ['arena-line', 'arena-panel', SHAPE],
];

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');
const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)');
const THEMES = [
  ['light', { ...tokensOf(light) }],
  ['dark', { ...tokensOf(light), ...tokensOf(dark) }],
] as const;

describe.each(THEMES)('[WE-2] in the %s theme', (_name, tokens) => {
  test.each(PAIRS)('%s on %s can be told apart', (front, back, atLeast) => {
    expect(contrast(tokens[front] ?? '', tokens[back] ?? '')).toBeGreaterThanOrEqual(atLeast);
  });
});

function tokensOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/--([\w-]+): (#[\da-f]{3,6});/g)].map(([, name, colour]) => [name, colour]),
  );
}

function contrast(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const hex = colour.length === 4 ? colour.slice(1).replaceAll(/./g, '$&$&') : colour.slice(1);
  const [red, green, blue] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
