/** Running a program to its end. */
import { execFile } from 'node:child_process';

/** A program to run, and as whom. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/** What the program printed. Its own words are the error's message when it fails. */
export function runToEnd({ file, args, ...as }: Command): Promise<string> {
  const options = { ...as, cwd: '/', env: { ...process.env, LC_ALL: 'C' } };
  return new Promise((resolve, reject) => {
    execFile(file, [...args], options, (error, stdout, stderr) => {
      if (error) reject(new Error(stderr.trim() || error.message, { cause: error }));
      else resolve(stdout);
    });
  });
}
