/** What a client sees of the field, whoever decoded it. */
export interface FieldView {
  readonly tick: number;
  readonly life: number;
  readonly owner: string;
  readonly tallies: Iterable<TallyView>;
  readonly beacons: { keys(): Iterable<string>; get(key: string): object | undefined };
}

export interface TallyView {
  readonly count: number;
  readonly sum: number;
  readonly last: number;
  readonly repeats: number;
}
