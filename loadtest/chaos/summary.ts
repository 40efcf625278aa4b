import { figure } from '../html.ts';
import { Latencies } from '../latencies.ts';
import { type ChaosResult, isKept, type SubjectResult } from './result.ts';
import { lossTable, plainOf, SUBJECTS, waitTable } from './tables.ts';

/** What of each broken promise is said on the terminal; the report has all. */
const EXAMPLES = 3;

/** The run in a few lines, its verdict last. */
export function summaryOf(result: ChaosResult): string {
  const { wanted, command, subjects, untried } = result;
  return [
    plainOf(lossTable(result)),
    ...subjects.flatMap(partOf),
    ...untried.map((what) => `NOT TRIED: ${what}`),
    `seed ${wanted.seed}: ${command}`,
    verdictOf(result),
  ].join('\n');
}

function partOf({ subject, totals, verdicts, outages, selfEnds, lag }: SubjectResult): readonly string[] {
  const broken = verdicts.filter((verdict) => verdict.broken.length > 0);
  const ends = selfEnds.map(({ member, how }) => `${member}: ${how}`).join(', ');
  return [
    `\n${SUBJECTS[subject]}: ${totals.faults} faults in ${figure(totals.seconds)} s; how long players saw nothing new`,
    plainOf(waitTable(outages)),
    `the players' own lag: p99 ${figure(Latencies.from(lag).quantileMs(0.99))}, most ${figure(lag.maxMs)} ms`,
    ...(selfEnds.length > 0 ? [`processes that ended by themselves: ${ends}`] : []),
    ...broken.flatMap(({ promise, broken: cases }) => [
      `${subject === 'gyre' ? 'BROKEN' : 'not so'}: ${promise} (${cases.length} times)`,
      ...cases.slice(0, EXAMPLES).map((example) => `  ${example}`),
    ]),
  ];
}

function verdictOf(result: ChaosResult): string {
  const { subjects } = result;
  if (subjects.every(({ subject }) => subject !== 'gyre')) return 'verdict: none, since nobody promised anything';
  if (isKept(result)) return 'verdict: every promise was kept';
  const verdicts = subjects.filter(({ subject }) => subject === 'gyre').flatMap((subject) => subject.verdicts);
  const broken = verdicts.filter((verdict) => verdict.broken.length > 0);
  if (broken.length === 0) return 'verdict: not everything could be tried';
  return `verdict: ${broken.length} of ${verdicts.length} promises were broken`;
}
