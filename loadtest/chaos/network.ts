// Networks of this machine that can be cut: each process lives in a network namespace of its own, with a cable (a veth pair)
// to each of four bridges. Pulling a cable loses packets without a word, as a broken switch does; a closed port would tell.
import { execFileSync } from 'node:child_process';

/** What a process has a cable to. */
export const NETS = ['clients', 'peers', 'redis', 'postgres'] as const;
export type Net = (typeof NETS)[number];

const NAMESPACE_PREFIX = 'gyre-chaos-';
const LINK_PREFIX = 'gc';
/** One a net. */
const LETTERS = 'abcd';
const FIRST_HOST = 10;
/** Second byte of the addresses in 10.0.0.0/8: another for each campaign, as good as always. */
const [FIRST_SUBNET, SUBNETS] = [64, 128];

/** Why there can be no such networks here; null: there can. */
export function whyNoNetwork(): string | null {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const probe = `${NAMESPACE_PREFIX}${process.pid}-probe`;
  try {
    ip('netns', 'add', probe);
    ip('netns', 'delete', probe);
    return null;
  } catch (error) {
    return `no network namespace could be made: ${(error as Error).message.trim()}`;
  }
}

export class Network implements Disposable {
  readonly #tag = process.pid.toString(36);
  readonly #subnet = FIRST_SUBNET + (process.pid % SUBNETS);
  readonly #processes: number;

  private constructor(processes: number) {
    this.#processes = processes;
  }

  /** @throws Error if the machine doesn't let us; nothing is left of it then */
  static create(processes: number): Network {
    const network = new Network(processes);
    try {
      network.#build();
      return network;
    } catch (error) {
      network[Symbol.dispose]();
      throw error;
    }
  }

  /** Where the machine itself is reached in a net. */
  hostIn(net: Net): string {
    return this.#address(net, 1);
  }

  /** Where a process is reached in a net. */
  addressOf(index: number, net: Net): string {
    return this.#address(net, FIRST_HOST + index);
  }

  /** What a command begins with that is to run where a process lives. */
  commandIn(index: number): readonly string[] {
    return ['ip', 'netns', 'exec', this.#namespace(index)];
  }

  cut(index: number, nets: readonly Net[]): void {
    for (const net of nets) ip('link', 'set', this.#cable(net, index), 'down');
  }

  mend(index: number, nets: readonly Net[]): void {
    for (const net of nets) ip('link', 'set', this.#cable(net, index), 'up');
  }

  [Symbol.dispose](): void {
    for (let index = 0; index < this.#processes; index += 1) tryIp('netns', 'delete', this.#namespace(index));
    for (const net of NETS) tryIp('link', 'delete', this.#bridge(net));
  }

  #build(): void {
    for (const net of NETS) {
      ip('link', 'add', this.#bridge(net), 'type', 'bridge');
      ip('address', 'add', `${this.hostIn(net)}/24`, 'dev', this.#bridge(net));
      ip('link', 'set', this.#bridge(net), 'up');
    }
    for (let index = 0; index < this.#processes; index += 1) this.#connect(index);
  }

  #connect(index: number): void {
    const namespace = this.#namespace(index);
    ip('netns', 'add', namespace);
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    for (const net of NETS) {
      ip('link', 'add', this.#cable(net, index), 'type', 'veth', 'peer', 'name', net, 'netns', namespace);
      ip('link', 'set', this.#cable(net, index), 'master', this.#bridge(net), 'up');
      ip('-n', namespace, 'address', 'add', `${this.addressOf(index, net)}/24`, 'dev', net);
      ip('-n', namespace, 'link', 'set', net, 'up');
    }
  }

  #namespace(index: number): string {
    return `${NAMESPACE_PREFIX}${process.pid}-${index}`;
  }

  /** At most 15 characters, as the kernel has it. */
  #bridge(net: Net): string {
    return `${LINK_PREFIX}${this.#tag}${LETTERS[NETS.indexOf(net)]}`;
  }

  #cable(net: Net, index: number): string {
    return `${this.#bridge(net)}${index}`;
  }

  #address(net: Net, host: number): string {
    return `10.${this.#subnet}.${NETS.indexOf(net) + 1}.${host}`;
  }
}

function ip(...words: readonly string[]): void {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
}

function tryIp(...words: readonly string[]): void {
  try {
    ip(...words);
  } catch {
    // It was not there.
  }
}
