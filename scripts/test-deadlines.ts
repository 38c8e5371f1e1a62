/**
 * How long tests wait, in milliseconds. A wait ends as soon as its condition is true, so a long deadline
 * costs nothing. On a busy machine, the slowest conditions took a fifth of these.
 */
export const CONDITION_MS = 120_000;
/** Of a whole test: longer than the waits of one that is slow at every step. */
export const TEST_MS = 900_000;
