import type { NetStats } from './net-stats.ts';
import type { PredictionStats } from './prediction.ts';

export interface NetOverlayOptions {
  /** Whose errors are plotted. Left out: no plot. */
  readonly prediction?: { readonly stats: PredictionStats } | undefined;
  /** Where it is put. Left out: into a corner of the page. */
  readonly parent?: HTMLElement | undefined;
}

const REFRESH_MS = 250;
const PLOT = { width: 192, height: 48 };
const COLOURS = { text: '#e8eaf0', faint: 'rgb(232 234 240 / 30%)', error: '#ff8a5c' };
const STYLE = `color: ${COLOURS.text}; background: rgb(12 14 24 / 82%); border-radius: 6px; padding: 8px 10px;
  font: 12px/1.5 ui-monospace, monospace; font-variant-numeric: tabular-nums; white-space: pre; pointer-events: none;`;
const IN_CORNER = 'position: fixed; left: 8px; bottom: 8px; z-index: 2147483647;';

/**
 * For development: shows ping, jitter, tick rate, traffic and corrections of a match, and a plot of how far off each
 * prediction was. Gives back what removes it. In browsers only.
 */
export function showNetOverlay(match: { netStats(): NetStats }, options: NetOverlayOptions = {}): () => void {
  const box = document.createElement('div');
  box.dataset['gyre'] = 'net-overlay';
  // A tool for who looks at it; read out four times a second it would be noise.
  box.setAttribute('aria-hidden', 'true');
  box.style.cssText = options.parent ? STYLE : STYLE + IN_CORNER;
  const lines = document.createElement('div');
  const plot = document.createElement('canvas');
  Object.assign(plot, PLOT);
  plot.style.display = options.prediction ? 'block' : 'none';
  box.append(lines, plot);
  (options.parent ?? document.body).append(box);
  const refresh = (): void => {
    const stats = options.prediction?.stats;
    lines.textContent = linesOf(match.netStats(), stats).join('\n');
    if (stats) drawErrors(plot, stats.errors);
  };
  refresh();
  const timer = setInterval(refresh, REFRESH_MS);
  return () => {
    clearInterval(timer);
    box.remove();
  };
}

/** What the overlay says, a line each. */
function linesOf(net: NetStats, prediction: PredictionStats | undefined): readonly string[] {
  const lines = [
    `ping      ${net.pingMs ?? '–'} ms, ${net.jitterMs} ms late`,
    `tick      ${net.tickRateHz === null ? '–' : net.tickRateHz.toFixed(1)} Hz, ${net.patchesPerSecond.toFixed(1)} patches/s`,
    `received  ${(net.bytesPerSecond / 1_024).toFixed(1)} KiB/s`,
    `pending   ${net.pendingInputs}`,
  ];
  if (!prediction) return lines;
  const largest = Math.max(0, ...prediction.errors);
  return [
    ...lines,
    `corrected ${net.correctionsLastMinute}/min, last ${(net.lastError ?? 0).toFixed(2)}`,
    `errors    0 to ${largest.toFixed(2)}`,
  ];
}

/** One bar for each comparison, newest on the right, the largest as high as the plot. */
function drawErrors(plot: HTMLCanvasElement, errors: readonly number[]): void {
  const context = plot.getContext('2d');
  if (!context) return;
  const { width, height } = PLOT;
  context.clearRect(0, 0, width, height);
  context.fillStyle = COLOURS.faint;
  context.fillRect(0, height - 1, width, 1);
  context.fillStyle = COLOURS.error;
  const shown = errors.slice(-width);
  const largest = Math.max(...shown, Number.MIN_VALUE);
  for (const [index, error] of shown.entries()) {
    const bar = error === 0 ? 0 : Math.max(2, (error / largest) * (height - 2));
    context.fillRect(width - shown.length + index, height - bar, 1, bar);
  }
}
