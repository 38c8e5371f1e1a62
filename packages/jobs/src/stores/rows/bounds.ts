/** A job may have so many live runs; then triggers are refused and slots skipped (P7). */
export const MAX_LIVE_RUNS = 100_000;
/**
 * The most runs with a future `run_at` that a job may have; at this limit, triggers with a `run_at` are
 * refused (P15).
 */
export const MAX_RUNS_PUT_OFF = 10_000;
/**
 * So many runs more, at least, and the live runs of a job are counted again; those of one that has too many,
 * after so long.
 */
export const RECOUNT_RUNS = 1_000;
export const RECOUNT_CROWDED_MS = 1_000;

/** What one call of `prune` removes at most: it is one short transaction, or several. */
export const MAX_PRUNED = 500;
/** A job's history may outgrow its bounds so far before it is cut back to them (P18). */
export const SLACK = 1.2;
/**
 * So many times over its bounds, a job's history is cut by the order in which runs were made, not in which
 * they ended.
 */
export const FAR_OVER = 4;

/**
 * So many jobs of a type are read job by job; with more, its runs are not far from each other in the order of
 * all.
 */
export const FEW_JOBS = 500;
