/** What a process knows of the others of its cluster. */
export interface ClusterView {
  readonly incarnation: string;
  /** Other processes that live, by incarnation. */
  others(): readonly string[];
  /** Whether this process does what only one has to do: the one that has lived longest. Two may believe it for a moment. */
  isFirst(): boolean;
  /** Told once of each process that is no more (dead or stopped). Returns the function that ends it. */
  onGone(listener: (incarnation: string) => void): () => void;
}

/** The view of a process that is no part of a cluster: it shares nothing with anybody. */
export const ALONE: ClusterView = {
  incarnation: '',
  others: () => [],
  isFirst: () => true,
  onGone: () => () => {},
};
