const NS_PER_MS = 1e6;

/** The machine's monotonic clock in ms: the same for all processes on it, unlike `performance.now()`. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / NS_PER_MS;
}
