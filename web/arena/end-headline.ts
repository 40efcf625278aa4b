import type { HudView } from './hud.ts';

/** How a round ended, by what stood on the board last: bots count there too, which have no place in the result. */
export function endHeadline({ rows, teams }: Pick<HudView, 'rows' | 'teams'>): string {
  if (teams.length > 0) return teamHeadline(teams);
  const best = rows.filter(({ score }) => score === rows[0]?.score);
  const [first, ...others] = best;
  if (first === undefined) return 'The round is over';
  if (best.length === rows.length && others.length > 0) return 'A draw';
  if (best.some(({ isMe }) => isMe) && others.length > 0) return 'You share the win';
  if (others.length > 0) return `${new Intl.ListFormat('en').format(best.map(({ name }) => name))} share the win`;
  return first.isMe ? 'You won!' : `${first.name} won`;
}

function teamHeadline(teams: HudView['teams']): string {
  const top = Math.max(...teams.map(({ score }) => score));
  const best = teams.filter(({ score }) => score === top);
  return best.length === 1 && best[0] ? `The ${best[0].words} won` : 'A draw';
}
