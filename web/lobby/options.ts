/** What a host may choose from, as the values and words of selects. */

export const TURN_TIME_OPTIONS = [
  ['10000', '10 seconds'],
  ['20000', '20 seconds'],
  ['30000', '30 seconds'],
  ['60000', '1 minute'],
  ['120000', '2 minutes'],
] as const;

/** Connect four knows no joining of a running game, hence no `instant`. */
export const START_MODE_OPTIONS = [
  ['all-ready', 'when everyone is ready'],
  ['host', 'when the host says so'],
] as const;
export type ChosenStartMode = (typeof START_MODE_OPTIONS)[number][0];
