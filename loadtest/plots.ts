import { figure, html, type Html } from './html.ts';
import { quantile } from './statistics.ts';

export interface StripRow {
  readonly label: string;
  readonly tone: 'ours' | 'peer' | 'floor';
  readonly values: readonly number[];
}

export interface StripPlotOptions {
  readonly rows: readonly StripRow[];
  /** Behind each figure: ` µs`, or nothing. */
  readonly unit: string;
  /** A dashed line to stay left of. */
  readonly goal?: { readonly at: number; readonly label: string } | null;
}

const WIDTH = 760;
const LABEL_WIDTH = 190;
const FIGURE_WIDTH = 110;
const ROW_HEIGHT = 30;
const TOP = 18;
const AXIS_HEIGHT = 22;
const AXIS_STEPS = 4;
const PLOT_WIDTH = WIDTH - LABEL_WIDTH - FIGURE_WIDTH;

/** A row a subject: a bar to the median, each measurement a dot. The scale begins at zero, so that lengths compare. */
export function stripPlot({ rows, unit, goal = null }: StripPlotOptions): Html {
  const most = Math.max(...rows.flatMap(({ values }) => values), goal?.at ?? 0) || 1;
  const scale = niceAbove(most);
  const x = (value: number): number => LABEL_WIDTH + (value / scale) * PLOT_WIDTH;
  const bottom = TOP + rows.length * ROW_HEIGHT;
  return html`<svg viewBox="0 0 ${WIDTH} ${bottom + AXIS_HEIGHT}" role="img">
    ${axis(scale, bottom, x)} ${rows.map((row, index) => strip(row, { y: TOP + index * ROW_HEIGHT, x, unit }))}
    ${
      goal === null
        ? ''
        : html`<line class="goal" x1="${x(goal.at)}" x2="${x(goal.at)}" y1="${TOP - 4}" y2="${bottom}" />
            <text class="soft" x="${x(goal.at)}" y="${TOP - 7}" text-anchor="middle">${goal.label}</text>`
    }
  </svg>`;
}

function strip({ label, tone, values }: StripRow, at: { y: number; x: (value: number) => number; unit: string }): Html {
  const { y, x, unit } = at;
  const middle = y + ROW_HEIGHT / 2;
  if (values.length === 0) return html`<text class="soft" x="0" y="${middle + 4}">${label}: not measured</text>`;
  const median = quantile(values, 0.5);
  return html`<text x="0" y="${middle + 4}">${label}</text>
    <rect
      class="bar ${tone}"
      x="${LABEL_WIDTH}"
      y="${y + 6}"
      width="${Math.max(0, x(median) - LABEL_WIDTH)}"
      height="${ROW_HEIGHT - 12}"
      rx="3"
    />
    ${values.map((value) => html`<circle class="dot ${tone}" cx="${x(value)}" cy="${middle}" r="4" />`)}
    <line class="tick ${tone}" x1="${x(median)}" x2="${x(median)}" y1="${y + 4}" y2="${y + ROW_HEIGHT - 4}" />
    <text x="${WIDTH}" y="${middle + 4}" text-anchor="end">${figure(median)}${unit}</text>`;
}

function axis(scale: number, bottom: number, x: (value: number) => number): Html[] {
  return Array.from({ length: AXIS_STEPS + 1 }, (_, step) => {
    const value = (scale / AXIS_STEPS) * step;
    return html`<line class="axis" x1="${x(value)}" x2="${x(value)}" y1="${TOP}" y2="${bottom}" />
      <text class="soft" x="${x(value)}" y="${bottom + 15}" text-anchor="middle">${figure(value)}</text>`;
  });
}

export interface Line {
  readonly label: string;
  readonly tone: StripRow['tone'];
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface LinePlotOptions {
  readonly lines: readonly Line[];
  /** Behind the figures of the axes. */
  readonly x: string;
  readonly y: string;
  /** Where the x axis ends; left out: at the last point. */
  readonly mostX?: number;
}

const LINE_HEIGHT = 190;
const LINE_LEFT = 60;
const LINE_RIGHT = 30;
const LEGEND_STEP = 150;

/** Curves over one axis, both axes from zero. */
export function linePlot({ lines, x, y, mostX }: LinePlotOptions): Html {
  const points = lines.flatMap((line) => line.points);
  const endX = niceAbove((mostX ?? Math.max(0, ...points.map(([at]) => at))) || 1);
  const endY = niceAbove(Math.max(0, ...points.map(([, value]) => value)) || 1);
  const bottom = TOP + LINE_HEIGHT;
  const left = (at: number): number => round(LINE_LEFT + (at / endX) * (WIDTH - LINE_LEFT - LINE_RIGHT));
  const top = (value: number): number => round(bottom - (value / endY) * LINE_HEIGHT);
  return html`<svg viewBox="0 0 ${WIDTH} ${bottom + AXIS_HEIGHT}" role="img">
    ${steps(endY).map(
      (value) =>
        html`<line
            class="axis"
            x1="${LINE_LEFT}"
            x2="${WIDTH - LINE_RIGHT}"
            y1="${top(value)}"
            y2="${top(value)}"
          /><text class="soft" x="${LINE_LEFT - 8}" y="${top(value) + 4}" text-anchor="end"
            >${figure(value)} ${y}</text
          >`,
    )}
    ${steps(endX).map(
      (value) =>
        html`<text class="soft" x="${left(value)}" y="${bottom + 15}" text-anchor="middle"
          >${figure(value)} ${x}</text
        >`,
    )}
    ${lines.map(
      (line, index) =>
        html`<polyline
            class="curve ${line.tone}"
            points="${line.points
              .filter(([at]) => at <= endX)
              .map(([at, value]) => `${left(at)},${top(value)}`)
              .join(' ')}"
          />
          <rect class="${line.tone}" x="${LINE_LEFT + index * LEGEND_STEP}" y="3" width="9" height="9" />
          <text class="soft" x="${LINE_LEFT + 14 + index * LEGEND_STEP}" y="12">${line.label}</text>`,
    )}
  </svg>`;
}

function steps(end: number): number[] {
  return Array.from({ length: AXIS_STEPS + 1 }, (_, step) => (end / AXIS_STEPS) * step);
}

function round(place: number): number {
  return Math.round(place * 10) / 10;
}

/** The next round number that four steps divide well: 1, 1.2, 1.6, 2, 3, 4, 6 or 8 times a power of ten. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.2, 1.6, 2, 3, 4, 6, 8, 10].find((factor) => factor * power >= value);
  return (step ?? 10) * power;
}
