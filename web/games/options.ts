type Option = readonly [value: string, words: string];

/** Numbers to choose from, as values and words of a select. A lobby that was made elsewhere may have one that isn't among ours. */
export function withPresent(
  choices: readonly number[],
  present: number,
  wordsOf: (choice: number) => string,
): readonly Option[] {
  const all = choices.includes(present) ? choices : [...choices, present];
  return all.map((choice) => [String(choice), wordsOf(choice)]);
}
