import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CONFIGURATION_PAGE, withCurrentTable } from '../scripts/configuration-docs.ts';
import { ConfigError, readConfig } from './config.ts';

const SECRET = 'hJ4mC0vJx1q8Zk2sT7bN5wYpR9dLfGaE';
const production = { NODE_ENV: 'production', GYRE_SECRET: SECRET };

describe('readConfig', () => {
  test('gives a working server for an empty environment', () => {
    expect(readConfig({})).toEqual({
      port: 2567,
      host: '0.0.0.0',
      databaseUrl: null,
      redisUrl: null,
      dataDir: path.resolve('data'),
      secret: null,
      publicUrl: null,
      directAddress: null,
      peerAddress: null,
      drainTimeoutMs: 60_000,
      strandedTimeoutMs: 60_000,
      origins: null,
      rateLimits: true,
      maxSocketsPerAddress: 2_000,
      operatorToken: null,
      logLevel: 'info',
      trustedProxyHops: 0,
      production: false,
    });
  });

  test('takes an empty variable for an unset one', () => {
    expect(readConfig({ PORT: '', GYRE_SECRET: ' ', GYRE_ORIGINS: '' })).toEqual(readConfig({}));
  });

  test('reads every variable', () => {
    const config = readConfig({
      ...production,
      PORT: '0',
      HOST: '::1',
      DATABASE_URL: 'postgresql://gyre:secret@db/gyre?sslmode=require',
      GYRE_DATA_DIR: '/var/lib/gyre',
      GYRE_PUBLIC_URL: 'https://play.example.org/',
      GYRE_DIRECT_ADDRESS: 'a.example.org:2600/p1',
      GYRE_ORIGINS: 'https://example.org, http://localhost:3000/',
      GYRE_OPERATOR_TOKEN: 'operator-token-1',
      GYRE_LOG_LEVEL: 'debug',
      GYRE_TRUSTED_PROXIES: '2',
      GYRE_MAX_SOCKETS_PER_ADDRESS: '50000',
    });
    expect(config).toMatchObject({ rateLimits: true, maxSocketsPerAddress: 50_000 });
    expect(config).toMatchObject({ port: 0, host: '::1', secret: SECRET, logLevel: 'debug', trustedProxyHops: 2 });
    expect(config).toMatchObject({ databaseUrl: 'postgresql://gyre:secret@db/gyre?sslmode=require', production: true });
    expect(config).toMatchObject({ publicUrl: 'https://play.example.org', directAddress: 'a.example.org:2600/p1' });
    expect(config.origins).toEqual(['https://example.org', 'http://localhost:3000']);
    expect(Object.isFrozen(config)).toBe(true);
  });

  test.each([
    ['PORT', '70000', /^PORT: must be a whole number from 0 to 65535, not "70000"$/],
    ['PORT', '0x10', /whole number/],
    ['HOST', 'localhost/8', /without a port/],
    ['HOST', '127.0.0.1:80', /without a port/],
    ['DATABASE_URL', 'mysql://u:hunter2@db/x', /begins with postgres:\/\/ or postgresql:\/\/$/],
    ['REDIS_URL', 'http://user:hunter2@localhost', /^REDIS_URL: must be an address that begins with redis:/],
    ['GYRE_PEER_ADDRESS', '10.0.0.1', /^GYRE_PEER_ADDRESS: must be host:port/],
    ['GYRE_SECRET', 'short', /at least 32 characters/],
    ['GYRE_SECRET', 'please-change-me-please-change-me', /placeholder/],
    ['GYRE_SECRET', 'x'.repeat(40), /placeholder/],
    ['GYRE_PUBLIC_URL', 'play.example.org', /begins with http/],
    ['GYRE_PUBLIC_URL', 'https://play.example.org/?a=b', /without a user, a query/],
    ['GYRE_DIRECT_ADDRESS', 'https://a.example.org', /without a protocol/],
    ['GYRE_ORIGINS', 'https://example.org/app', /must be origins/],
    ['GYRE_ORIGINS', '*', /must be origins/],
    ['GYRE_RATE_LIMITS', 'no', /must be one of on, off/],
    ['GYRE_OPERATOR_TOKEN', 'short', /at least 16/],
    ['GYRE_LOG_LEVEL', 'loud', /must be one of fatal, /],
    ['GYRE_TRUSTED_PROXIES', '-1', /whole number from 0 to 10/],
  ])('[ST-3] refuses %s=%s in one line that names the variable', (name, value, message) => {
    const problem = problemOf({ [name]: value });
    expect(problem).toBeInstanceOf(ConfigError);
    expect(problem.variable).toBe(name);
    expect(problem.message).toMatch(message);
    expect(problem.message.startsWith(`${name}: `)).toBe(true);
    expect(problem.message).not.toMatch(/\n|hunter2/);
  });

  test('[ST-7] refuses production without a secret and without rate limits', () => {
    expect(problemOf({ NODE_ENV: 'production' }).message).toMatch(/^GYRE_SECRET: is required in production/);
    expect(problemOf({ ...production, GYRE_RATE_LIMITS: 'off' }).message).toMatch(/^GYRE_RATE_LIMITS: off is refused/);
    expect(readConfig({ GYRE_RATE_LIMITS: 'off' }).rateLimits).toBe(false);
  });
});

test('docs/configuration.md has the table of the code (npm run docs:configuration writes it)', () => {
  const page = readFileSync(CONFIGURATION_PAGE, 'utf8');
  expect(page).toBe(withCurrentTable(page));
  expect(page).toContain('`GYRE_DATA_DIR`');
});

function problemOf(env: Record<string, string>): ConfigError {
  try {
    readConfig(env);
  } catch (error) {
    return error as ConfigError;
  }
  throw new Error('the environment was accepted');
}
