import path from 'node:path';
import type { LocalCluster } from './local-cluster.ts';

export interface WelcomeParts {
  readonly cluster: Pick<LocalCluster, 'members' | 'front'>;
  readonly viewUrl: string;
  readonly bots: number;
  readonly dataDir: string;
}

/** What a person should know who has just started a cluster. */
export function welcome({ cluster, viewUrl, bots, dataDir }: WelcomeParts): string {
  const { members, front } = cluster;
  const lines = [
    `A cluster of ${members.length} is ready.`,
    '',
    `  play      http://localhost:${front.port}   any process answers`,
    `  watch     ${viewUrl}   who owns which match; kill, pause and drain from there`,
    ...members.map(({ name, port, pid }) => `  ${name.padEnd(8)}  http://127.0.0.1:${port}   process ${pid ?? '–'}`),
    `  data      ${path.relative(process.cwd(), dataDir) || dataDir}; the operator's token is in it`,
    ...(bots > 0 ? [`  robots    ${bots} play, so that there is something to see; --bots 0 leaves them out`] : []),
    '',
    `Open the game in two tabs, play a match, and kill the process that has it: kill -9 ${members[0]?.pid ?? '…'}`,
    'Ctrl-C stops everything.',
  ];
  return lines.join('\n');
}
