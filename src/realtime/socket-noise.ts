/** What sockets die of every day: peers that vanish, and peers that talk nonsense (they are closed with 4105). */
const DYING = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNABORTED',
  'ERR_STREAM_WRITE_AFTER_END',
  'ERR_STREAM_DESTROYED',
]);

/** Whether a socket's error says something about its peer only, and nothing about us. */
export function isSocketNoise(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return DYING.has(error.code) || error.code.startsWith('WS_ERR_');
}
