/** A process that learned that another has taken over its matches. */
export const FENCED_EXIT_CODE = 70;
