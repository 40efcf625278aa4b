/** 90,000 ms → `1:30`; what has begun counts as a whole second. */
export function clockText(durationMs: number): string {
  const seconds = Math.max(0, Math.ceil(durationMs / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** 90,000 ms → `1.5 minutes`, 20,000 ms → `20 seconds`. */
export function durationWords(durationMs: number): string {
  const seconds = durationMs / 1_000;
  if (seconds < 60) return plural(seconds, 'second');
  return plural(seconds / 60, 'minute');
}

/** `just now`, `5 minutes ago`, `3 days ago`. */
export function agoWords(atMs: number, nowMs: number): string {
  const minutes = Math.floor((nowMs - atMs) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${plural(minutes, 'minute')} ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${plural(hours, 'hour')} ago` : `${plural(Math.floor(hours / 24), 'day')} ago`;
}

function plural(count: number, noun: string): string {
  return `${Math.round(count * 10) / 10} ${noun}${count === 1 ? '' : 's'}`;
}
