/** The most live runs of a job; beyond them, triggers are refused and slots skipped (P7, overlap). */
export const MAX_LIVE_RUNS = 100_000;
/**
 * The most runs with a future `run_at` that a job may have; at this limit, triggers with a `run_at` are
 * refused (P15, run now).
 */
export const MAX_RUNS_PUT_OFF = 10_000;
/**
 * The live runs of a job are counted again after at least this many new runs; with too many live ones, after
 * {@link RECOUNT_AT_CAP_MS}.
 */
export const RECOUNT_RUNS = 1_000;
export const RECOUNT_AT_CAP_MS = 1_000;

/**
 * Up to this many jobs of a type are read job by job. The runs of more jobs are close together in the order
 * of all.
 */
export const FEW_JOBS = 500;
