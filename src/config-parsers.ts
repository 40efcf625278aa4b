/** How the text of one environment variable becomes a value. Each throws an Error that says what is wrong with it. */
import { isIP } from 'node:net';
import path from 'node:path';

/** A wrong value in the environment. The message is one line that begins with the variable's name. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly variable: string;

  constructor(variable: string, problem: string) {
    super(`${variable}: ${problem}`);
    this.variable = variable;
  }
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Shorter ones can be guessed: 32 characters of base64 are 192 bits. */
const MIN_SECRET_CHARACTERS = 32;
const MIN_TOKEN_CHARACTERS = 16;
/** What people leave in place from an example. */
const PLACEHOLDER = /^(.)\1*$|change[-_ ]?me|example|your[-_ ]?secret|placeholder|^(secret|password|default)[-_0-9]*$/i;

export function integer(min: number, max: number): (value: string) => number {
  return (value) => {
    const parsed = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (parsed >= min && parsed <= max) return parsed;
    throw new Error(`must be a whole number from ${min} to ${max}, not ${quote(value)}`);
  };
}

export function oneOf<const T extends string>(allowed: readonly T[]): (value: string) => T {
  return (value) => {
    const found = allowed.find((each) => each === value);
    if (found !== undefined) return found;
    throw new Error(`must be one of ${allowed.join(', ')}, not ${quote(value)}`);
  };
}

export function onOff(value: string): boolean {
  return oneOf(['on', 'off'])(value) === 'on';
}

export function host(value: string): string {
  if (isIP(value) !== 0 || /^[A-Za-z0-9._-]+$/.test(value)) return value;
  throw new Error(`must be an address or a host name without a port, not ${quote(value)}`);
}

export function folder(value: string): string {
  return path.resolve(value);
}

/** The address as it was written: drivers read more out of it than a URL keeps. It may hold a password, so it is never quoted. */
export function url(protocols: readonly string[]): (value: string) => string {
  return (value) => {
    if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value;
    throw new Error(`must be an address that begins with ${protocols.map((each) => `${each}//`).join(' or ')}`);
  };
}

export function publicUrl(value: string): string {
  url(['http:', 'https:'])(value);
  const { username, search, hash } = new URL(value);
  if (username || search || hash) throw new Error('must be an address without a user, a query or a fragment');
  return value.replace(/\/+$/, '');
}

export function directAddress(value: string): string {
  const parsed = URL.canParse(`http://${value}`) ? new URL(`http://${value}`) : null;
  const plain = parsed && !parsed.username && !parsed.search && !parsed.hash && !value.includes('://');
  if (plain) return value.replace(/\/+$/, '');
  throw new Error(`must be host[:port][/path] without a protocol, not ${quote(value)}`);
}

export function peerAddress(value: string): string {
  const parsed = URL.canParse(`http://${value}`) ? new URL(`http://${value}`) : null;
  if (parsed && /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):\d{1,5}$/.test(value)) return value;
  throw new Error(`must be host:port, not ${quote(value)}`);
}

export function origins(value: string): readonly string[] {
  const parts = value.split(',').map((part) => part.trim());
  return Object.freeze(parts.filter(Boolean).map(origin));
}

function origin(value: string): string {
  const parsed = URL.canParse(value) ? new URL(value) : null;
  const isWeb = parsed?.protocol === 'http:' || parsed?.protocol === 'https:';
  // A browser sends its Origin without a path; one with a path would never match.
  if (parsed && isWeb && value.replace(/\/$/, '').toLowerCase() === parsed.origin) return parsed.origin;
  throw new Error(`must be origins such as https://play.example.org, separated by commas, not ${quote(value)}`);
}

export function secret(value: string): string {
  if (value.length < MIN_SECRET_CHARACTERS) throw new Error(`must have at least ${MIN_SECRET_CHARACTERS} characters`);
  if (PLACEHOLDER.test(value)) throw new Error('looks like a placeholder; draw one with: openssl rand -base64 48');
  return value;
}

export function token(value: string): string {
  if (/^[\x21-\x7e]*$/.test(value) && value.length >= MIN_TOKEN_CHARACTERS) return value;
  throw new Error(`must have at least ${MIN_TOKEN_CHARACTERS} visible ASCII characters`);
}

function quote(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
