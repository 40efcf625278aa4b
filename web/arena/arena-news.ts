import type { HudView } from './hud.ts';

/** What a screen reader is told of one step from one view to the next: what concerns oneself. Empty if nothing does. */
export function arenaNews(before: HudView, after: HudView): string {
  const words: string[] = [];
  const seen = new Set(before.feed.map(({ id }) => id));
  for (const { id, by, of } of after.feed) {
    if (seen.has(id)) continue;
    if (by.isMe) words.push(`You shot down ${of.name}.`);
    if (of.isMe) words.push(`${by.name} shot you down.`);
  }
  if (before.respawnSeconds !== null && after.respawnSeconds === null) words.push('You are back.');
  if (!before.isLow && after.isLow && before.clock !== '') words.push('Ten seconds left.');
  return words.join(' ');
}
