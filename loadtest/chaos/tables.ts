import { figure } from '../html.ts';
import type { Totals } from './judge.ts';
import type { Outages } from './outages.ts';
import { CLIENT_KINDS, type ClientKind } from './players/field-player.ts';
import type { Subject } from './players/facts.ts';
import { type ChaosResult, figuresOf } from './result.ts';

/** A heading line and rows, all text: for the terminal, the report and the documentation. */
export interface TextTable {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export const SUBJECTS: Readonly<Record<Subject, string>> = {
  gyre: 'Gyre',
  colyseus: 'plain Colyseus, Redis driver',
};

/** What was lost, a column a subject. */
export function lossTable({ subjects }: ChaosResult): TextTable {
  const rows: readonly (readonly [string, (totals: Totals, subject: Subject) => string])[] = [
    ['faults', ({ faults }) => figure(faults)],
    ['matches', ({ rooms }) => figure(rooms)],
    ['rooms lost', ({ roomsLost }) => figure(roomsLost)],
    ['ticks undone', ({ ticksUndone }) => figure(ticksUndone)],
    ['two owners at once, or another past', ({ contradictions }) => figure(contradictions)],
    ['inputs lost, our SDK', ({ inputs: { sdk } }) => (sdk.sent === 0 ? '–' : `${sdk.lost} of ${sdk.sent}`)],
    ['inputs lost, plain SDK', ({ inputs: { plain } }) => `${plain.lost} of ${plain.sent}`],
    ['inputs counted twice', ({ inputs: { sdk, plain } }) => figure(sdk.doubled + plain.doubled)],
    ['spurious adds and removes', (totals) => figure(totals.objectsReplaced + totals.wrongBeacons)],
    ['events told twice', ({ eventsRepeated }) => figure(eventsRepeated)],
    ['writes lost', (totals, subject) => (subject === 'gyre' ? `${totals.writesLost} of ${totals.writes}` : '–')],
    ['writes doubled', ({ writesDoubled }, subject) => (subject === 'gyre' ? figure(writesDoubled) : '–')],
    ['wrong results', ({ wrongResults }, subject) => (subject === 'gyre' ? figure(wrongResults) : '–')],
    [
      'matches of the swarm, played to their result',
      ({ swarmMatches }) => (swarmMatches === 0 ? '–' : figure(swarmMatches)),
    ],
    ['connections lost', ({ connectionsLost }) => figure(connectionsLost)],
    ['plain clients whose own way back failed', ({ reseated }) => figure(reseated)],
    ['frames compared', ({ frames }) => figure(frames)],
  ];
  return {
    headings: ['', ...subjects.map(({ subject }) => SUBJECTS[subject])],
    rows: rows.map(([name, of]) => [name, ...subjects.map(({ totals, subject }) => of(totals, subject))]),
  };
}

/** How long players waited, a row a kind of fault. */
export function waitTable(outages: readonly Outages[]): TextTable {
  const kinds = (Object.keys(CLIENT_KINDS) as ClientKind[]).filter((kind) =>
    outages.some(({ waitsMs }) => waitsMs[kind].length > 0),
  );
  return {
    headings: ['', 'faults', ...kinds.flatMap((kind) => [`${CLIENT_KINDS[kind]}: waits`, 'p50', 'p99', 'max, ms'])],
    rows: outages.map(({ title, faults, waitsMs }) => [
      title,
      String(faults),
      ...kinds.flatMap((kind) => [
        String(waitsMs[kind].length),
        ...(figuresOf(waitsMs[kind])?.map((ms) => figure(Math.round(ms))) ?? ['–', '–', '–']),
      ]),
    ]),
  };
}

export function markdownOf({ headings, rows }: TextTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(headings), line(headings.map((_, column) => (column === 0 ? '---' : '--:'))), ...rows.map(line)].join(
    '\n',
  );
}

export function plainOf({ headings, rows }: TextTable): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return [headings, ...rows].map((row) => `  ${line(row)}`).join('\n');
}
