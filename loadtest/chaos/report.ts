import { facts, figure, html, type Html, page, table, tile } from '../html.ts';
import { Latencies } from '../latencies.ts';
import { linePlot, stripPlot } from '../plots.ts';
import type { Outages } from './outages.ts';
import { CLIENT_KINDS, type ClientKind } from './players/field-player.ts';
import { type ChaosResult, isKept, type SubjectResult } from './result.ts';
import { lossTable, SUBJECTS, waitTable } from './tables.ts';

const KINDS = Object.keys(CLIENT_KINDS) as ClientKind[];
/** More dots than that are a smear. */
const DOTS = 300;

/** A page that shows a campaign: what was lost, how long players waited and for what, fault by fault. */
export function chaosReport(result: ChaosResult): string {
  const kept = isKept(result);
  const losses = lossTable(result);
  const body = html`<h1>A campaign of faults, seed ${result.wanted.seed}</h1>
    <p class="soft">
      Players play the field, a room that shows whatever a fault does to it, while processes, stores and networks are
      broken one after the other, and sometimes two at once.
      <span class="mark ${kept ? 'good' : 'bad'}"
        >${kept ? 'every promise was kept' : 'not every promise was kept'}</span
      >
    </p>
    <div class="tiles">${result.subjects.slice(0, 1).flatMap(tilesOf)}</div>
    ${result.untried.map((what) => html`<p class="bad">Not tried: ${what}</p>`)}
    <section>
      <h2>What was lost</h2>
      ${table(losses.headings, losses.rows)}
    </section>
    ${result.subjects.map(subjectPart)}
    <section>
      <h2>How it was run</h2>
      ${provenance(result)}
    </section>`;
  return page(`Gyre · chaos · seed ${result.wanted.seed}`, body);
}

function tilesOf({ totals }: SubjectResult): Html[] {
  const tiles: readonly (readonly [value: number, label: string, mustBeNone: boolean])[] = [
    [totals.faults, 'faults', false],
    [totals.roomsLost, 'rooms lost', true],
    [totals.ticksUndone, 'ticks undone', true],
    [totals.contradictions, 'two owners at once', true],
    [totals.inputs.sdk.lost, 'inputs of our SDK lost', true],
    [totals.inputs.sdk.doubled + totals.inputs.plain.doubled, 'inputs doubled', true],
    [totals.writesLost, 'writes lost', true],
  ];
  return tiles.map(([value, label, mustBeNone]) =>
    tile({ figure: figure(value), label, tone: mustBeNone ? (value === 0 ? 'good' : 'bad') : 'none' }),
  );
}

function subjectPart(result: SubjectResult): Html {
  const waits = waitTable(result.outages);
  const ours = result.subject === 'gyre';
  return html`<section>
    <header class="case"><h2>${SUBJECTS[result.subject]}</h2></header>
    ${result.verdicts.map(({ promise, broken }) => verdictPart(promise, broken, ours))}
    <h3>How long players saw nothing new, by fault</h3>
    ${table(waits.headings, waits.rows)}
    ${KINDS.filter((kind) => result.outages.some(({ waitsMs }) => waitsMs[kind].length > 0)).map(
      (kind) =>
        html`<h3>${CLIENT_KINDS[kind]}, ms</h3>
          ${stripPlot({ unit: ' ms', rows: result.outages.map((outage) => rowOf(outage, kind)) })}`,
    )}
    <h3>All waits, the share that was no longer</h3>
    ${curves(result.outages)}
    <details>
      <summary>${result.injected.length} faults, one by one</summary>
      ${faultTable(result)}
    </details>
  </section>`;
}

function verdictPart(promise: string, broken: readonly string[], ours: boolean): Html {
  if (broken.length === 0) return html`<p><span class="mark good">kept</span> ${promise}.</p>`;
  const word = ours ? 'broken' : 'not so';
  return html`<p><span class="mark ${ours ? 'bad' : 'none'}">${word}, ${broken.length} ×</span> ${promise}.</p>
    <details>
      <summary>what was seen</summary>
      ${broken.map((what) => html`<pre>${what}</pre>`)}
    </details>`;
}

function rowOf({ title, waitsMs }: Outages, kind: ClientKind): Parameters<typeof stripPlot>[0]['rows'][number] {
  const values = waitsMs[kind];
  const step = Math.max(1, Math.ceil(values.length / DOTS));
  const sorted = values.toSorted((a, b) => a - b);
  return {
    label: title,
    tone: kind === 'sdk' ? 'ours' : 'peer',
    // The longest is what matters most: it is among those that are drawn.
    values: sorted.filter((_, index) => (sorted.length - 1 - index) % step === 0),
  };
}

function curves(outages: readonly Outages[]): Html {
  const lines = KINDS.flatMap((kind) => {
    const all = new Latencies();
    for (const { waitsMs } of outages) for (const ms of waitsMs[kind]) all.add(ms);
    const points = all.distribution().map(([ms, share]) => [ms, share * 100] as const);
    return points.length === 0
      ? []
      : [{ label: CLIENT_KINDS[kind], tone: kind === 'sdk' ? 'ours' : 'peer', points } as const];
  });
  return lines.length === 0 ? html`<p class="soft">Nobody had to wait.</p>` : linePlot({ lines, x: 'ms', y: '%' });
}

function faultTable({ injected, startedMs }: SubjectResult): Html {
  return table(
    ['fault', 'at, s', 'process', 'healed after, ms', 'all played after, ms', ''],
    injected.map(({ index, kind, target, startMs, healedMs, quietMs, overlaps }) => [
      `${index + 1}. ${kind}`,
      figure((startMs - startedMs) / 1_000),
      target,
      figure(Math.round(healedMs - startMs)),
      quietMs === null ? 'never' : figure(Math.round(quietMs - startMs)),
      overlaps ? 'with another' : '',
    ]),
  );
}

function provenance({ startedAt, command, machine, wanted, subjects }: ChaosResult): Html {
  return facts([
    ['when', `${startedAt}, commit ${machine.commit ?? 'unknown'}`],
    ['command', html`<code>${command}</code>`],
    ['seed', `${wanted.seed}: faults, their targets and times, and what players do`],
    [
      'cluster',
      `${wanted.processes} processes, ${wanted.matches} matches of ${wanted.sdkPlayers} + ${wanted.plainPlayers}`,
    ],
    [
      "the players' own lag",
      subjects.map(({ subject, lag }) => `${SUBJECTS[subject]}: at most ${figure(lag.maxMs)} ms`).join('; '),
    ],
    [
      'machine',
      `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.kernel}, Node ${machine.node}`,
    ],
  ]);
}
