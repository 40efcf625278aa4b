/** Remembers a match's clock over a reload of the tab. A storage that is forbidden only makes the guess worse. */
const KEY = 'gyre-page:match-clock';

export function rememberOffset(matchId: string, offsetMs: number): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([matchId, offsetMs]));
  } catch {
    // Without it the start of the match has to do.
  }
}

/** null: nothing is known of this match. */
export function rememberedOffset(matchId: string): number | null {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
    if (!Array.isArray(stored) || stored[0] !== matchId) return null;
    const offsetMs: unknown = stored[1];
    return typeof offsetMs === 'number' ? offsetMs : null;
  } catch {
    return null;
  }
}
