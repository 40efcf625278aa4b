const COLOURS: Readonly<Record<string, string>> = { arena: '#8ea2ff', 'connect-four': '#ffb52e', relay: '#5ad1d6' };
const FULL_TURN_DEGREES = 360;

/** The same for a game wherever it is shown; games of other makers get one by their name. */
export function colourOf(game: string): string {
  const known = COLOURS[game];
  if (known !== undefined) return known;
  const hash = [...game].reduce(
    (sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % FULL_TURN_DEGREES,
    7,
  );
  return `hsl(${hash} 75% 70%)`;
}
