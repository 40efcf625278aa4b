/** A seat's index is its side: seat 0 has the suns, seat 1 the moons. */
export type Side = 0 | 1;

export const SIDE_NAMES = ['Sun', 'Moon'] as const;
