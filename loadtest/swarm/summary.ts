import { figure } from '../html.ts';
import { isKept, type LatencyFigures, type SwarmResult } from './result.ts';

/** What of each broken promise is said on the terminal; the report has all. */
const EXAMPLES = 3;

/** The run in a few lines, its verdict last. */
export function summaryOf(result: SwarmResult): string {
  const { totals, verdicts, remarks, server } = result;
  const broken = verdicts.filter((verdict) => verdict.broken.length > 0);
  return [
    `${totals.players} players, ${totals.matches} matches, at most ${totals.mostPlaying} playing at once; ${totals.inputs} inputs, ` +
      `${totals.refusals} refused; ${totals.patches} patches; ${totals.losses} connections lost` +
      (totals.watched > 0 ? `; ${totals.watched} matches watched` : ''),
    ...(totals.prediction.compared > 0
      ? [`prediction: ${totals.prediction.corrections} corrections in ${totals.prediction.compared} comparisons`]
      : []),
    latencyLine('patch interval', result.patchIntervals),
    ...(result.patchLateness.count > 0 ? [latencyLine('patch lateness', result.patchLateness)] : []),
    latencyLine('input to ack', result.inputToAck),
    latencyLine('to a seat', result.seating),
    ...(result.away.count > 0 ? [latencyLine('away after a loss', result.away)] : []),
    ...(server
      ? [
          `server: ${figure(server.cores)} cores, ${figure(server.pssBytes / 2 ** 20)} MB${server.kills > 0 ? `, killed ${server.kills} times` : ''}`,
        ]
      : []),
    `generators: ${figure(result.generatorCores)} cores`,
    latencyLine('generator lag', result.lag),
    ...remarks.map((remark) => `note: ${remark}`),
    ...broken.flatMap(({ text, broken: cases }) => [
      `BROKEN: ${text} (${cases.length} times)`,
      ...cases.slice(0, EXAMPLES).map((example) => `  ${example}`),
    ]),
    isKept(result)
      ? 'verdict: every promise was kept'
      : `verdict: ${broken.length} of ${verdicts.length} promises were broken`,
  ].join('\n');
}

function latencyLine(name: string, { p50Ms, p95Ms, p99Ms, maxMs }: LatencyFigures): string {
  return `${name}: p50 ${figure(p50Ms)}, p95 ${figure(p95Ms)}, p99 ${figure(p99Ms)}, most ${figure(maxMs)} ms`;
}
