// The little that reports need to be pages: text that can't become markup, one sheet of style, and a frame.

/** Markup, as opposed to text that has yet to be escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type Part = string | number | Html | readonly Html[];

/** A template whose values are escaped unless they are markup themselves. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(
    strings.map((string, index) => string + (index < parts.length ? marked(parts[index] as Part) : '')).join(''),
  );
}

function marked(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = new Html(`
  :root { color-scheme: light dark; --ground: #fbfaf7; --card: #fff; --ink: #1d2025; --soft: #6a7078; --line: #e3e0d8;
    --ours: #0f7b6c; --peer: #b4653a; --floor: #8b8f96; --good: #0f7b6c; --bad: #b3261e; }
  @media (prefers-color-scheme: dark) { :root { --ground: #14161a; --card: #1c1f25; --ink: #e8e6e1; --soft: #9aa0a8;
    --line: #2e323a; --ours: #46c2ae; --peer: #e39a6b; --floor: #7d828a; --good: #46c2ae; --bad: #ff8a80; } }
  body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 ui-sans-serif, system-ui, sans-serif; }
  main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
  h1 { font-size: 1.9rem; letter-spacing: -0.02em; margin: 0 0 .3rem; }
  h2 { font-size: 1.25rem; margin: 0; letter-spacing: -0.01em; } h3 { font-size: 1rem; margin: 1.6rem 0 .2rem; }
  p { margin: .3rem 0 .8rem; max-width: 46rem; } .soft { color: var(--soft); }
  section { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.4rem 1.6rem; margin: 1.4rem 0; }
  header.case { display: flex; gap: .8rem; align-items: baseline; flex-wrap: wrap; }
  .id { font: 600 .8rem ui-monospace, monospace; color: var(--soft); }
  .mark { font-size: .8rem; font-weight: 600; padding: .1rem .6rem; border-radius: 99px; border: 1px solid currentColor; white-space: nowrap; }
  .good { color: var(--good); } .bad { color: var(--bad); } .none { color: var(--soft); }
  .tiles { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1rem 0; }
  .tile { border: 1px solid var(--line); border-radius: 10px; padding: .6rem 1rem; min-width: 7rem; }
  .tile b { display: block; font-size: 1.4rem; font-variant-numeric: tabular-nums; letter-spacing: -0.02em; }
  .tile small { font-size: .8rem; font-weight: 500; color: var(--soft); } a.tile { color: inherit; text-decoration: none; }
  .tile span { color: var(--soft); font-size: .82rem; }
  svg { display: block; width: 100%; height: auto; margin: .4rem 0; font: 12px ui-sans-serif, system-ui, sans-serif; }
  svg text { fill: var(--ink); } svg .soft { fill: var(--soft); } svg .axis { stroke: var(--line); }
  svg .ours { fill: var(--ours); stroke: var(--ours); } svg .peer { fill: var(--peer); stroke: var(--peer); }
  svg .floor { fill: var(--floor); stroke: var(--floor); } svg .goal { stroke: var(--ink); stroke-dasharray: 3 3; }
  svg .bar { fill-opacity: .22; stroke: none; } svg .dot { fill-opacity: .55; stroke: none; }
  svg .tick { stroke-width: 2.5; } svg .curve { fill: none; stroke-width: 1.8; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .6rem 0; font-size: .9rem; }
  th, td { text-align: left; padding: .25rem 1.2rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
  th { color: var(--soft); font-weight: 500; } td.number, th.number { text-align: right; }
  code { font: .86em ui-monospace, monospace; overflow-wrap: anywhere; } details { margin-top: .8rem; } summary { cursor: pointer; color: var(--soft); }
  pre { white-space: pre-wrap; font-size: .8rem; }
`);

/** A whole page that needs nothing besides itself. */
export function page(title: string, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `.text;
}

/** A table with a line of headings; all columns but the first are figures. */
export function table(headings: readonly string[], rows: readonly (readonly Part[])[]): Html {
  const cell = (part: Part, column: number): Html =>
    column === 0 ? html`<td>${part}</td>` : html`<td class="number">${part}</td>`;
  return html`<table>
    <tr>
      ${headings.map((heading, column) =>
        column === 0 ? html`<th>${heading}</th>` : html`<th class="number">${heading}</th>`,
      )}
    </tr>
    ${rows.map(
      (row) =>
        html`<tr>
          ${row.map(cell)}
        </tr>`,
    )}
  </table>`;
}

/** A table of names and what there is to say of them. */
export function facts(rows: readonly (readonly [name: string, value: Part])[]): Html {
  return html`<table>
    ${rows.map(
      ([name, value]) =>
        html`<tr>
          <th>${name}</th>
          <td>${value}</td>
        </tr>`,
    )}
  </table>`;
}

export interface Tile {
  readonly figure: string;
  readonly unit?: string;
  readonly label: string;
  readonly tone: 'good' | 'bad' | 'none';
  /** Where a click leads; left out: nowhere. */
  readonly href?: string;
}

/** One figure that matters. */
export function tile({ figure: value, unit = '', label, tone, href }: Tile): Html {
  const inside = html`<b class="${tone}">${value} <small>${unit}</small></b
    ><span>${label}</span>`;
  return href === undefined
    ? html`<div class="tile">${inside}</div>`
    : html`<a class="tile" href="${href}">${inside}</a>`;
}

/** Three digits that matter, and no more. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const magnitude = Math.abs(value);
  if (magnitude >= 1000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
