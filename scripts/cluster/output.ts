import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';

/** What our own looks at a process that starts make it write. */
const OWN_LOOKS = 'dependency away';
const WORTH_READING = new Set(['warn', 'error', 'fatal']);

/** Shows what a process has to say, by its name: warnings and worse of its log, and whatever else it complains about. */
export function showOutput(
  name: string,
  { stdout, stderr }: { readonly stdout: Readable; readonly stderr: Readable },
  write: (line: string) => void = console.error,
): void {
  createInterface({ input: stdout }).on('line', (line) => {
    const said = readLogLine(line);
    if (said) write(`${name}  ${said}`);
  });
  createInterface({ input: stderr }).on('line', (line) => {
    if (line.trim() !== '') write(`${name}  ${line}`);
  });
}

/** null: it is no line of the log, or not worth a person's time. */
function readLogLine(line: string): string | null {
  if (!line.startsWith('{')) return null;
  try {
    const { level, msg, time: _, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
    if (!WORTH_READING.has(String(level)) || msg === OWN_LOOKS) return null;
    const cause = (err as { message?: string } | undefined)?.message;
    const details = Object.entries(fields).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    return [`${String(level)}:`, String(msg), ...(cause === undefined ? [] : [`(${cause})`]), ...details].join(' ');
  } catch {
    return line;
  }
}
