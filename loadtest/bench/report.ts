import { facts, figure, html, type Html, page, table, tile } from '../html.ts';
import { stripPlot } from '../plots.ts';
import { certaintyOfRange } from '../statistics.ts';
import type { Metric } from './harness.ts';
import type { BenchResult } from './result.ts';
import { oursOf, type MetricSummary } from './summary.ts';

/** One page of all results that are there, each with where and how it was measured. */
export function benchReport(results: readonly BenchResult[]): string {
  const body = html`<h1>Gyre's benchmarks</h1>
    <p class="soft">
      Each subject is measured in turns with the others (A B B A), so that whatever else the machine does falls on all
      alike. A ratio is ours over the other's in the same pair. Its range is the least and the greatest of the pairs;
      how certain it is that the true median lies in it follows from how many there are. Less is better everywhere.
    </p>
    <div class="tiles">
      ${results.flatMap((result) => result.summaries.map((summary) => summaryTile(result, summary)))}
    </div>
    ${results.map(caseSection)}`;
  return page('Gyre · benchmarks', body);
}

function summaryTile({ bench }: BenchResult, { metric, values, judged, met }: MetricSummary): Html {
  const { goal, unit, title } = metric;
  return tile({
    figure: figure(judged ?? values[oursOf(bench)]?.median ?? NaN),
    unit: goal?.over === undefined || judged === null ? unit : `× ${goal.over}`,
    label: `${bench.id} · ${title}${goal ? `, goal ≤ ${figure(goal.atMost)}` : ''}`,
    tone: met === null ? 'none' : met ? 'good' : 'bad',
    href: `#${bench.id}`,
  });
}

function caseSection(result: BenchResult): Html {
  const { bench, summaries } = result;
  return html`<section id="${bench.id}">
    <header class="case">
      <span class="id">${bench.id}</span>
      <h2>${bench.title}</h2>
      ${result.quick ? html`<span class="mark bad">smoke run: figures mean nothing</span>` : ''}
    </header>
    <p class="soft">${bench.about}</p>
    ${summaries.map((summary) => metricPart(result, summary))} ${invalidRuns(result)} ${provenance(result)}
  </section>`;
}

function metricPart(result: BenchResult, summary: MetricSummary): Html {
  const { metric } = summary;
  return html`<h3>${metric.title} ${verdictMark(summary)}</h3>
    ${stripPlot({ rows: rowsOf(result, metric), unit: ` ${metric.unit}`, goal: goalLine(summary) })}
    ${ratioTable(result, summary)}`;
}

function rowsOf({ bench, runs }: BenchResult, { name }: Metric): Parameters<typeof stripPlot>[0]['rows'] {
  return bench.subjects.map((subject) => ({
    label: subject.name,
    tone: subject.role,
    values: runs.flatMap((run) =>
      run.subject === subject.name && run.invalid === null ? (run.values[name] ?? []) : [],
    ),
  }));
}

function goalLine({ metric: { goal }, values }: MetricSummary): { at: number; label: string } | null {
  if (!goal) return null;
  if (goal.over === undefined) return { at: goal.atMost, label: `goal ${figure(goal.atMost)}` };
  const peer = values[goal.over];
  return peer ? { at: goal.atMost * peer.median, label: `goal ${figure(goal.atMost)} × ${goal.over}` } : null;
}

function verdictMark({ metric, judged, met }: MetricSummary): Html {
  if (!metric.goal) return html``;
  if (judged === null) return html`<span class="mark bad">not measured</span>`;
  return met
    ? html`<span class="mark good">goal reached</span>`
    : html`<span class="mark none">goal not reached</span>`;
}

function ratioTable({ bench }: BenchResult, { ratios }: MetricSummary): Html {
  const rows = Object.entries(ratios);
  if (rows.length === 0) return html``;
  return table(
    [`${oursOf(bench)} over`, 'median', 'range of pairs', 'pairs', 'certainty'],
    rows.map(([name, { median, min, max, count }]) => [
      name,
      html`<b>${figure(median)}</b>`,
      `${figure(min)} – ${figure(max)}`,
      count,
      `${Math.round(certaintyOfRange(count) * 100)} %`,
    ]),
  );
}

function invalidRuns({ runs }: BenchResult): Html {
  const invalid = runs.filter((run) => run.invalid !== null);
  if (invalid.length === 0) return html``;
  return html`<details>
    <summary class="bad">${invalid.length} samples did not count</summary>
    ${invalid.map((run) => html`<pre>${run.subject}, pair ${run.pair + 1}: ${run.invalid ?? ''}</pre>`)}
  </details>`;
}

function provenance({ machine, measuredAt, command, seed, runs }: BenchResult): Html {
  const packages = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`);
  const loads = runs.map(({ loadAverage }) => loadAverage);
  return html`<details>
    <summary>How it was measured</summary>
    ${facts([
      ['when', `${measuredAt}, commit ${machine.commit ?? 'unknown'}`],
      ['command', html`<code>${command}</code>, seed ${seed}`],
      ['machine', describe(machine)],
      ['load average', `${figure(Math.min(...loads))} – ${figure(Math.max(...loads))}`],
      ['versions', [`Node ${machine.node}`, ...packages].join(', ')],
    ])}
  </details>`;
}

function describe({ cpu, cores, memoryGb, kernel }: BenchResult['machine']): string {
  return `${cpu}, ${cores} cores, ${memoryGb} GB, ${kernel}`;
}
