/** While the seats are taken. */
export const BEGINNING_WORDS = 'Opening the arena…';
export const KEY_WORDS =
  'Move with W, A, S, D or the arrows, aim and fire with the mouse, or fire ahead with the space bar. N shows the network.';
