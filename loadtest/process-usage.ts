// What Linux says about a process that isn't ours to ask.
import { existsSync, readFileSync } from 'node:fs';

/** Elsewhere nothing of this can be had. */
export const CAN_TELL_USAGE = existsSync('/proc/self/smaps_rollup');

/** A clock tick of /proc is 10 ms on every Linux that Node runs on. */
const PROC_TICK_MS = 10;
/** Places of utime and stime after the command's name, which may hold spaces and is in brackets (proc(5)). */
const USER_PLACE = 11;
const SYSTEM_PLACE = 12;

/** CPU that a process has used so far, user and system, all threads, in ms; in steps of 10 ms. */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER_PLACE]) + Number(fields[SYSTEM_PLACE])) * PROC_TICK_MS;
}

/** The memory that a process would give back if it ended, in bytes: shared pages count in proportion. */
export function pssBytesOf(pid: number): number {
  const [, kilobytes] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  if (kilobytes === undefined) throw new Error(`No PSS of process ${pid}.`);
  return Number(kilobytes) * 1024;
}
