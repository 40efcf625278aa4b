import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { list } from 'tar';
import { ensureSdkBuilt, SDK_DIST } from '../../scripts/build-sdk.mjs';
import { GyreProcess } from '../support/gyre-process.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const SDK = path.join(ROOT, 'client-sdk');
const INSTALL_TIMEOUT_MS = 120_000;

let service: GyreProcess;
let folder: string;

beforeAll(async () => {
  await ensureSdkBuilt();
  service = await GyreProcess.start();
  folder = await mkdtemp(path.join(tmpdir(), 'gyre-consumer-'));
  await writeFile(path.join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }');
  const npm = await run('npm', ['install', '--no-audit', '--no-fund', `${service.endpoint}/sdk/gyre-client.tgz`]);
  if (npm.status !== 0) throw new Error(npm.output);
}, INSTALL_TIMEOUT_MS);

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** Runs a command in the empty folder that the package was installed into. */
function run(
  command: string,
  args: readonly string[],
): Promise<{ readonly status: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const { NODE_OPTIONS: _NODE_OPTIONS, ...env } = process.env;
    const child = spawn(command, args, { cwd: folder, env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += String(bytes)));
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output }));
  });
}

/** Type-checks a file of the consumer's, as a project with these settings would. */
async function typeCheck(file: string, module: 'nodenext' | 'preserve'): Promise<string> {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module,
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable', 'dom'],
    types: [],
    allowImportingTsExtensions: true,
    skipLibCheck: false,
  };
  await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
  const { output } = await run(process.execPath, [path.join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.']);
  return output;
}

/** A registry's type, written out: what a game's contract comes to, without its schema libraries. */
const GAMES = `
type Typed<Input, Output = Input> = { readonly _zod: { readonly input: Input; readonly output: Output } };
export type Games = {
  readonly 'connect-four': {
    readonly name: 'connect-four';
    readonly state: { readonly '~type': { readonly cells: Iterable<number>; readonly turn: number; readonly turnEndsAtMs: number } };
    readonly settings: Typed<{ turnMs?: number | undefined }, { turnMs: number }>;
    readonly messages: { readonly drop: Typed<{ column: number }>; readonly resign: Typed<undefined> };
    readonly events: {};
    readonly refusals: readonly ('not-your-turn' | 'column-full')[];
  };
  readonly arena: {
    readonly name: 'arena';
    readonly state: { readonly '~type': {
      readonly map: string;
      readonly fighters: ReadonlyMap<string, { readonly x: number; readonly y: number; readonly aim: number; readonly hp: number }>;
    } };
    readonly settings: Typed<{}>;
    readonly messages: { readonly move: Typed<{ dx: number; dy: number; aim: number }> };
    readonly events: {};
    readonly refusals: readonly never[];
  };
};
`;

/** What the README's samples take from the arena's rules and from a page. */
const README_PRELUDE = `
type Place = { readonly x: number; readonly y: number };
type Mover = Place & { readonly aim: number; readonly hp: number };
declare function mapNamed(name: string): { readonly width: number };
declare function stepFighter(own: Mover, move: { dx: number; dy: number; aim: number }, map: { readonly width: number }): Mover;
declare function drawFighter(place: Place | null): void;
`;

const PLAY = `
import { Gyre, GyreError } from '@gyre/client';
const options = { endpoint: process.argv[2], storage: 'memory' };
const [ann, bob] = [new Gyre(options), new Gyre(options)];
await ann.signInAsGuest({ displayName: 'Ann' });
await bob.signInAsGuest({ displayName: 'Bob' });
const lobby = await ann.lobbies.create({ game: 'connect-four' });
const other = await bob.lobbies.joinByCode(lobby.view.code);
await other.setReady();
await lobby.start({ countdownMs: 0 });
const [match, against] = await Promise.all([lobby.nextMatch(), other.nextMatch()]);
const [first, second] = match.state.turn === match.view.seatIndex ? [match, against] : [against, match];
console.log(JSON.stringify(await first.request('drop', { column: 3 })));
console.log(JSON.stringify(await first.request('drop', { column: 3 })));
await second.request('resign');
const { placements } = await match.result;
console.log(placements[0].seatIndex === first.view.seatIndex ? 'won' : 'lost');
const refusal = await ann.lobbies.joinByCode('ZZZZZZ').catch((error) => error);
console.log(GyreError.is(refusal, 'not-found'));
ann.close();
bob.close();
`;

test('[SD-7] installed from the running server into an empty folder, it plays a match on Node and ends by itself', async () => {
  await writeFile(path.join(folder, 'play.js'), PLAY);
  const { status, output } = await run(process.execPath, ['play.js', service.endpoint]);
  expect(output.trim().split('\n')).toEqual(['{"ok":true}', '{"ok":false,"refused":"not-your-turn"}', 'won', 'true']);
  expect(status).toBe(0);
});

test('the bundle for browsers is one module that needs nothing else', async () => {
  const bundle = await (await fetch(`${service.endpoint}/sdk/gyre-client.js`)).text();
  const alone = await mkdtemp(path.join(tmpdir(), 'gyre-bundle-'));
  await writeFile(path.join(alone, 'gyre-client.mjs'), bundle);
  await writeFile(path.join(alone, 'play.mjs'), PLAY.replace('@gyre/client', './gyre-client.mjs'));
  const { output } = await run(process.execPath, [path.join(alone, 'play.mjs'), service.endpoint]);
  await rm(alone, { recursive: true });
  expect(output).toContain('won\ntrue');
});

test.each(['nodenext', 'preserve'] as const)(
  '[SD-1] with module %s, the packed types infer from a registry',
  async (module) => {
    await writeFile(path.join(folder, 'games.ts'), GAMES);
    await writeFile(
      path.join(folder, 'consumer.ts'),
      `import { Gyre, type Match } from '@gyre/client';
     import type { Games } from './games.ts';
     const gyre = new Gyre<Games>({ endpoint: 'http://localhost' });
     export const match: Match<Games['connect-four']> = await gyre.play('connect-four');
     const reply = await match.request('drop', { column: 1 });
     export const refused: 'not-your-turn' | 'column-full' | null = reply.ok ? null : reply.refused;
     // @ts-expect-error: no such message
     match.send('jump');
     // @ts-expect-error: the payload is missing
     match.send('drop');
     // @ts-expect-error: no such game
     await gyre.lobbies.create({ game: 'chess' });
     export const turnMs: number = (await gyre.lobbies.create({ game: 'connect-four' })).view.settings.turnMs;`,
    );
    expect(await typeCheck('consumer.ts', module)).toBe('');
  },
);

test('every sample of its README compiles against the packed types', async () => {
  const readme = await readFile(path.join(folder, 'node_modules/@gyre/client/README.md'), 'utf8');
  const samples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
  expect(samples.length).toBeGreaterThanOrEqual(5);
  await writeFile(path.join(folder, 'games.ts'), GAMES);
  // The first one has the imports and the client; the others go on from it, each with names of its own.
  const [first = '', ...others] = samples;
  await writeFile(
    path.join(folder, 'readme.ts'),
    [first, README_PRELUDE, ...others.map((code) => `{\n${code}}`), 'export {};'].join('\n'),
  );
  expect(await typeCheck('readme.ts', 'nodenext')).toBe('');
});

test('the tarball holds what `npm pack` would put into it, and nothing else', async () => {
  const packed: string[] = [];
  await list({ file: path.join(SDK_DIST, 'gyre-client.tgz'), onReadEntry: ({ path: name }) => void packed.push(name) });
  const { output } = await run('npm', ['pack', SDK, '--dry-run', '--json', '--ignore-scripts', '--loglevel=silent']);
  const report: unknown = JSON.parse(output);
  const [{ files }] = (Array.isArray(report) ? report : Object.values(report as object)) as [
    { files: { path: string }[] },
  ];
  expect(packed.sort()).toEqual(files.map((file) => `package/${file.path}`).sort());
});

test('publint and Are The Types Wrong find nothing wrong with it', async () => {
  const tarball = await readFile(path.join(SDK_DIST, 'gyre-client.tgz'));
  const bytes = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball: bytes }, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(bytes)));
  const problems = 'problems' in result ? result.problems.map(({ kind }) => kind) : ['no types'];
  // It is an ES module alone, and says so.
  expect(problems.filter((kind) => kind !== 'CJSResolvesToESM')).toEqual([]);
});

test('[SD-7] the public types in the repository are those that it is built with: else `npm run build:sdk`', async () => {
  const [kept, built] = await Promise.all([
    readFile(path.join(SDK, 'api/index.d.ts'), 'utf8'),
    readFile(path.join(SDK_DIST, 'index.d.ts'), 'utf8'),
  ]);
  expect(kept).toBe(built);
});
