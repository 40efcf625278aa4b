// The other end of `child.ts`, in the child.

interface Ask {
  readonly id: number;
  readonly ask: string;
  readonly parameter: unknown;
}

export interface ParentOptions {
  /** What the parent's `child.ready` will be; `port` if it listens. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** What the parent may call by `child.ask(name, parameter)`. */
  readonly asks?: Readonly<Record<string, (parameter: never) => unknown>>;
  /** Before the process ends, because its parent wishes it or is gone. */
  readonly onStop?: () => void | Promise<void>;
}

const STOP_LIMIT_MS = 4_000;

/** The plain data that the parent passed as `options`. */
export function childOptions(): unknown {
  return JSON.parse(process.argv[2] ?? '{}');
}

/** Tells the parent that this process is ready, and serves what it asks until it is gone. */
export function serveParent({ ready, asks = {}, onStop }: ParentOptions): void {
  const answers: Readonly<Record<string, (parameter: never) => unknown>> = {
    cpuUs: () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    collectGarbage: () => {
      // A second one frees what the first only finalised.
      globalThis.gc?.();
      globalThis.gc?.();
    },
    ...asks,
  };
  process.on('message', (message: Ask) => void answer(answers, message));
  const stop = (): void => {
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    void Promise.resolve(onStop?.()).finally(() => process.exit(0));
  };
  process.once('disconnect', stop);
  // The parent may have gone while this process was starting.
  if (process.connected) tellParent({ ready });
  else stop();
}

async function answer(answers: NonNullable<ParentOptions['asks']>, { id, ask, parameter }: Ask): Promise<void> {
  try {
    const known = answers[ask];
    if (!known) throw new Error(`Nothing answers to ${ask}.`);
    tellParent({ id, answer: await known(parameter as never) });
  } catch (error) {
    tellParent({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function tellParent(message: object): void {
  if (process.connected) process.send?.(message);
}
