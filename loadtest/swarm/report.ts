import { facts, figure, html, type Html, page, table, tile } from '../html.ts';
import { Latencies } from '../latencies.ts';
import { linePlot } from '../plots.ts';
import { isKept, type LatencyFigures, type SwarmResult } from './result.ts';
import type { Moment } from './swarm.ts';
import type { Verdict } from './checker.ts';

/** A page that shows a run: what was promised and kept, how it went, how long things took. */
export function swarmReport(result: SwarmResult): string {
  const { wanted, totals } = result;
  const kept = isKept(result);
  const title = `${totals.players} players, ${wanted.game}`;
  const body = html`<h1>${title}</h1>
    <p class="soft">
      A swarm of SDK clients that gathered, played bot moves by the game's own rules and went again, for
      ${wanted.seconds} s.
      <span class="mark ${kept ? 'good' : 'bad'}">${kept ? 'every promise was kept' : 'promises were broken'}</span>
    </p>
    <div class="tiles">${tilesOf(result)}</div>
    <section>
      <h2>What was promised</h2>
      ${result.verdicts.map(promise)} ${result.remarks.map((remark) => html`<p class="bad">${remark}</p>`)}
    </section>
    <section>
      <h2>How it went</h2>
      ${timeline(result.moments)}
    </section>
    <section>
      <h2>How long things took</h2>
      ${latencyPart(result)}
    </section>
    <section>
      <h2>How it was run</h2>
      ${provenance(result)}
    </section>`;
  return page(`Gyre · swarm · ${title}`, body);
}

function tilesOf({ totals, server }: SwarmResult): Html[] {
  const tiles: (readonly [value: number, label: string, unit?: string])[] = [
    [totals.matches, 'matches played'],
    [totals.mostPlaying, 'players at once, at most'],
    [totals.inputs, 'inputs'],
    [totals.patches, 'patches received'],
    [totals.losses, 'connections lost'],
    ...(totals.watched > 0 ? ([[totals.watched, 'matches watched']] as const) : []),
    ...(totals.prediction.compared > 0
      ? ([
          [(totals.prediction.corrections / totals.prediction.compared) * 100, 'of predictions corrected', '%'],
        ] as const)
      : []),
    ...(server
      ? ([
          [server.cores, 'CPU of the server', 'cores'],
          [server.pssBytes / 2 ** 20, 'memory of the server', 'MB'],
          ...(server.kills > 0 ? ([[server.kills, 'times the server was killed']] as const) : []),
        ] as const)
      : []),
  ];
  return tiles.map(([value, label, unit = '']) => tile({ figure: figure(value), unit, label, tone: 'none' }));
}

function promise({ text, broken }: Verdict): Html {
  if (broken.length === 0) return html`<p><span class="mark good">kept</span> ${text}.</p>`;
  return html`<p><span class="mark bad">broken, ${broken.length} ×</span> ${text}.</p>
    <details open>
      <summary>what was seen</summary>
      ${broken.map((what) => html`<pre>${what}</pre>`)}
    </details>`;
}

function timeline(moments: readonly Moment[]): Html {
  const rate = (of: (moment: Moment) => number, perMs: number): (readonly [number, number])[] =>
    moments.slice(1).map((moment, index) => {
      const before = moments[index] as Moment;
      return [moment.atMs / 1000, ((of(moment) - of(before)) / (moment.atMs - before.atMs)) * perMs] as const;
    });
  const patches = rate(({ progress }) => progress.patches, 1000);
  const inputs = rate(({ progress }) => progress.inputs, 1000);
  const playing = moments.map(({ atMs, progress }) => [atMs / 1000, progress.playing] as const);
  const cpu = moments.some(({ serverCpuMs }) => serverCpuMs !== null)
    ? rate(({ serverCpuMs }) => serverCpuMs ?? 0, 100)
    : [];
  return html`<h3>Players in matches</h3>
    ${linePlot({ lines: [{ label: 'playing', tone: 'ours', points: playing }], x: 's', y: '' })}
    <h3>Messages a second</h3>
    ${linePlot({
      lines: [
        { label: 'patches received', tone: 'ours', points: patches },
        { label: 'inputs sent', tone: 'peer', points: inputs },
      ],
      x: 's',
      y: '',
    })}
    ${
      cpu.length === 0
        ? ''
        : html`<h3>CPU of the server, % of a core</h3>
            ${linePlot({ lines: [{ label: 'server', tone: 'ours', points: cpu }], x: 's', y: '%' })}`
    }`;
}

function latencyPart(result: SwarmResult): Html {
  const kinds: (readonly [name: string, figures: LatencyFigures])[] = [
    ['between two patches', result.patchIntervals],
    ["patches, later after the match's time than the earliest", result.patchLateness],
    ['input to ack or reply', result.inputToAck],
    ['from wanting a match to the seat', result.seating],
    ['away, from a loss to the welcome', result.away],
    ["the generators' own lag", result.lag],
  ];
  const curve = ({ data }: LatencyFigures): (readonly [number, number])[] =>
    Latencies.from(data)
      .distribution()
      .map(([ms, share]) => [ms, share * 100] as const);
  return html`${linePlot({
    lines: [
      { label: 'input to ack', tone: 'ours', points: curve(result.inputToAck) },
      { label: 'between patches', tone: 'peer', points: curve(result.patchIntervals) },
      { label: 'generator lag', tone: 'floor', points: curve(result.lag) },
    ],
    x: 'ms',
    y: '%',
    mostX: Math.max(result.inputToAck.p99Ms, result.patchIntervals.p99Ms) * 1.3,
  })}
  ${table(
    ['', 'count', 'p50', 'p95', 'p99', 'most, ms'],
    kinds
      .filter(([, { count }]) => count > 0)
      .map(([name, { count, p50Ms, p95Ms, p99Ms, maxMs }]) => [
        name,
        figure(count),
        ...[p50Ms, p95Ms, p99Ms, maxMs].map((ms) => figure(ms)),
      ]),
  )}`;
}

function provenance({ generatorCores, command, startedAt, machine, wanted, totals }: SwarmResult): Html {
  const silent = totals.silentStepShare;
  return facts([
    ['when', `${startedAt}, commit ${machine.commit ?? 'unknown'}`],
    ['command', html`<code>${command}</code>, seed ${wanted.seed}`],
    ['against', wanted.endpoint ?? 'a Gyre of its own, on the same machine'],
    ['generators', `${wanted.generators} processes, ${figure(generatorCores)} cores`],
    [
      'machine',
      `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.kernel}, Node ${machine.node}`,
    ],
    ...(silent === null ? [] : [['steps without a patch', `${figure(silent * 100)} %`] as const]),
  ]);
}
