import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import type { LogLevel } from '../config-parsers.ts';

export type Logger = PinoLogger;

/** Never written, wherever they turn up. Addresses are logged without their query: that is where sockets carry secrets. */
const SECRETS = [
  'authorization',
  'accessToken',
  'refreshToken',
  'deviceKey',
  'password',
  'reconnectionToken',
  'sessionId',
];

/**
 * A logger of JSON lines with times in RFC 3339.
 * @param destination where to; stdout if left out
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
  };
  return destination ? pino(options, destination) : pino(options);
}
