import type { SimulatedConditions } from '../../client-sdk/index.ts';
import type { Client } from './parts.ts';

/** Networks to try, by name; for development. */
const CONDITIONS = {
  off: null,
  mobile: { latencyMs: 80, jitterMs: 20, loss: 0.01 },
  far: { latencyMs: 150, jitterMs: 30, loss: 0.02 },
  awful: { latencyMs: 300, jitterMs: 80, loss: 0.05 },
} as const satisfies Readonly<Record<string, SimulatedConditions | null>>;
type NetworkName = keyof typeof CONDITIONS | 'address';

const NETWORKS = [
  ['off', 'As it is'],
  ['mobile', '80 ms ± 20, 1 % lost'],
  ['far', '150 ms ± 30, 2 % lost'],
  ['awful', '300 ms ± 80, 5 % lost'],
  ['address', 'As the address says'],
] as const satisfies readonly (readonly [NetworkName, string])[];

/** What there is to choose from; the address is there if it asks for something. */
export function networksToTry(search: string): readonly (readonly [NetworkName, string])[] {
  return NETWORKS.filter(([name]) => name !== 'address' || networkOfAddress(search) !== null);
}

/** What an address asks for: `?latency=150&jitter=30&loss=0.02&seed=1`. null: nothing, or nothing that is possible. */
export function networkOfAddress(search: string): SimulatedConditions | null {
  const query = new URLSearchParams(search);
  const numberOf = (name: string): number => Math.max(0, Number(query.get(name)) || 0);
  const latencyMs = numberOf('latency');
  const jitterMs = numberOf('jitter');
  const loss = Math.min(1, numberOf('loss'));
  return latencyMs + jitterMs + loss === 0 ? null : { latencyMs, jitterMs, loss, seed: numberOf('seed') || 1 };
}

/** Those parts of an address that ask for a network, to be kept where the address changes: `?latency=150`, or nothing. */
export function networkQuery(search: string): string {
  const query = new URLSearchParams(search);
  const kept = new URLSearchParams();
  for (const name of ['latency', 'jitter', 'loss', 'seed']) {
    const value = query.get(name);
    if (value !== null) kept.set(name, value);
  }
  const text = kept.toString();
  return text === '' ? '' : `?${text}`;
}

export function networkOf(conditions: SimulatedConditions | null): NetworkName {
  const names = Object.keys(CONDITIONS) as (keyof typeof CONDITIONS)[];
  return names.find((name) => CONDITIONS[name] === conditions) ?? 'address';
}

export function setNetwork(gyre: Client, name: NetworkName): void {
  gyre.simulate = name === 'address' ? networkOfAddress(location.search) : CONDITIONS[name];
}
