import { figure, html, type Html, page } from '../html.ts';
import { stripPlot } from '../plots.ts';
import { certaintyOfRange } from '../statistics.ts';
import type { Metric } from './harness.ts';
import type { BenchResult } from './result.ts';
import { oursOf, type MetricSummary } from './summary.ts';

/** One page of all results that are there, each with where and how it was measured. */
export function benchReport(results: readonly BenchResult[]): string {
  const intro = html`<h1>Gyre's benchmarks</h1>
    <p class="soft">
      Each subject is measured in turns with the others (A B B A), so that whatever else the machine does falls on all
      alike. A ratio is ours over the other's in the same pair; its range is that of the pairs. Less is better
      everywhere.
    </p>`;
  return page('Gyre · benchmarks', html`${intro}${results.map(caseSection)}`);
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
  const ours = oursOf(bench);
  const rows = Object.entries(ratios);
  if (rows.length === 0) return html``;
  return html`<table>
    <tr>
      <th>${ours} over</th>
      <th class="number">median</th>
      <th class="number">range of pairs</th>
      <th class="number">pairs</th>
    </tr>
    ${rows.map(
      ([name, ratio]) =>
        html`<tr>
          <td>${name}</td>
          <td class="number"><b>${figure(ratio.median)}</b></td>
          <td class="number">${figure(ratio.min)} – ${figure(ratio.max)}</td>
          <td class="number">${ratio.count}</td>
        </tr>`,
    )}
  </table>`;
}

function invalidRuns({ runs }: BenchResult): Html {
  const invalid = runs.filter((run) => run.invalid !== null);
  if (invalid.length === 0) return html``;
  return html`<details>
    <summary class="bad">${invalid.length} samples did not count</summary>
    ${invalid.map((run) => html`<pre>${run.subject}, pair ${run.pair}: ${run.invalid ?? ''}</pre>`)}
  </details>`;
}

function provenance({ machine, measuredAt, command, seed, runs }: BenchResult): Html {
  const packages = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`);
  const loads = runs.map(({ loadAverage }) => loadAverage);
  const pairs = new Set(runs.filter(({ invalid }) => invalid === null).map(({ pair }) => pair)).size;
  const certainty = Math.round(certaintyOfRange(pairs) * 100);
  return html`<details>
    <summary>How it was measured</summary>
    <table>
      <tr>
        <th>when</th>
        <td>${measuredAt}, commit ${machine.commit ?? 'unknown'}</td>
      </tr>
      <tr>
        <th>command</th>
        <td><code>${command}</code>, seed ${seed}</td>
      </tr>
      <tr>
        <th>machine</th>
        <td>
          ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.kernel}; load average
          ${figure(Math.min(...loads))} – ${figure(Math.max(...loads))}
        </td>
      </tr>
      <tr>
        <th>versions</th>
        <td>${[`Node ${machine.node}`, ...packages].join(', ')}</td>
      </tr>
      <tr>
        <th>ranges</th>
        <td>least and greatest of ${pairs} pairs; the true median lies between them with ${certainty} % certainty</td>
      </tr>
    </table>
  </details>`;
}
