import type { Progress } from './facts.ts';

const PLAIN_LINE_EVERY_MS = 5_000;

/** Says how the run goes: one line that is rewritten on a terminal, otherwise a line every 5 s. */
export class ProgressLine {
  readonly #out: NodeJS.WriteStream;
  #lastMs = -Infinity;

  constructor(out: NodeJS.WriteStream = process.stdout) {
    this.#out = out;
  }

  show(text: string): void {
    if (this.#out.isTTY) {
      this.#out.write(`\r\u001B[2K${text.slice(0, this.#out.columns - 1)}`);
      return;
    }
    if (performance.now() - this.#lastMs < PLAIN_LINE_EVERY_MS) return;
    this.#lastMs = performance.now();
    this.#out.write(`${text}\n`);
  }

  end(): void {
    if (this.#out.isTTY) this.#out.write('\r\u001B[2K');
  }
}

/** What all generators have done together, in one line. */
export function describe(progress: Progress, { people, elapsedMs }: { people: number; elapsedMs: number }): string {
  const { signedIn, playing, matchesBegun, matchesEnded, inputs, patches, losses, failures } = progress;
  return [
    `${Math.round(elapsedMs / 1000)} s`,
    `${signedIn}/${people} signed in`,
    `${playing} playing`,
    `${matchesEnded}/${matchesBegun} matches over`,
    `${inputs} inputs`,
    `${patches} patches`,
    ...(losses > 0 ? [`${losses} connections lost`] : []),
    ...(failures > 0 ? [`${failures} FAILURES`] : []),
  ].join(' · ');
}

export function addUp(all: readonly Progress[]): Progress {
  const sum = (of: (progress: Progress) => number): number => all.reduce((total, progress) => total + of(progress), 0);
  return {
    signedIn: sum(({ signedIn }) => signedIn),
    playing: sum(({ playing }) => playing),
    matchesBegun: sum(({ matchesBegun }) => matchesBegun),
    matchesEnded: sum(({ matchesEnded }) => matchesEnded),
    inputs: sum(({ inputs }) => inputs),
    patches: sum(({ patches }) => patches),
    losses: sum(({ losses }) => losses),
    failures: sum(({ failures }) => failures),
    cpuMs: sum(({ cpuMs }) => cpuMs),
    done: all.every(({ done }) => done),
  };
}
