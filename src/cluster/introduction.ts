import { and, inArray, isNotNull, ne } from 'drizzle-orm';
import { ConfigError } from '../config-parsers.ts';
import { processes } from '../store/schema.ts';
import type { Database } from '../store/transaction.ts';
import type { ClusterLog } from './cluster-log.ts';
import type { HttpPeerCalls } from './peer-calls.ts';

export interface IntroductionParts {
  readonly db: Database;
  readonly incarnation: string;
  /** `host:port` where others are to reach this process; it listens already. */
  readonly address: string;
  readonly calls: Pick<HttpPeerCalls, 'reach'>;
  readonly logger: ClusterLog;
}

/** A process that lives raises its counter in much less. */
const PROOF_MS = 1_500;

/**
 * What a process looks at before others learn of it, so that a mistake in its configuration costs nobody else: that its address leads
 * to it, and that the others take its signature.
 * @throws ConfigError for an address that leads to another process, and for another secret than that of the others
 */
export async function introduce(parts: IntroductionParts): Promise<void> {
  await checkOwnAddress(parts);
  await Promise.all((await living(parts)).map((each) => checkOther(parts, each)));
}

async function checkOwnAddress({ incarnation, address, calls, logger }: IntroductionParts): Promise<void> {
  switch (await calls.reach({ incarnation, address })) {
    case 'there':
      return;
    case 'silent':
      logger.warn(
        { address },
        'nobody answers at the address where others are to reach this process (GYRE_PEER_ADDRESS): if they find nobody there either, they take it for dead',
      );
      return;
    case 'another':
    case 'foreign':
      throw new ConfigError('GYRE_PEER_ADDRESS', `at ${address} another process answers`);
  }
}

async function checkOther(parts: IntroductionParts, other: Living): Promise<void> {
  if ((await parts.calls.reach(other)) !== 'foreign') return;
  // It may be dead, and whoever has its port now be none of ours.
  await new Promise((resolve) => setTimeout(resolve, PROOF_MS));
  const now = (await living(parts)).find(({ incarnation }) => incarnation === other.incarnation);
  if (now === undefined || now.counter === other.counter) return;
  throw new ConfigError(
    'GYRE_SECRET',
    `is not that of the process at ${other.address}, which is on the same database; or the clocks of the two differ by more than 30 s`,
  );
}

interface Living {
  readonly incarnation: string;
  readonly address: string;
  readonly counter: number;
}

async function living({ db, incarnation }: IntroductionParts): Promise<Living[]> {
  const rows = await db
    .select({ incarnation: processes.incarnation, address: processes.address, counter: processes.counter })
    .from(processes)
    .where(
      and(
        inArray(processes.state, ['alive', 'draining']),
        isNotNull(processes.address),
        ne(processes.incarnation, incarnation),
      ),
    );
  return rows.flatMap(({ address, ...row }) => (address === null ? [] : [{ ...row, address }]));
}
