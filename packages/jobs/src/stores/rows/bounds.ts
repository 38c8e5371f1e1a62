/**
 * The most live runs of a job. Above this limit, triggers are refused and slots are skipped (P7, overlap).
 */
export const MAX_LIVE_RUNS = 100_000;
/**
 * The most runs with a future `run_at` that a job may have. At this limit, triggers with a `run_at` are
 * refused (P15, run now).
 */
export const MAX_RUNS_PUT_OFF = 10_000;

/** Of one job. Tests have lower limits, because they reach them. */
export interface RunLimits {
  readonly maxLiveRuns: number;
  readonly maxRunsPutOff: number;
}
export const RUN_LIMITS: RunLimits = { maxLiveRuns: MAX_LIVE_RUNS, maxRunsPutOff: MAX_RUNS_PUT_OFF };
/**
 * After at least this many new runs of a job, the store counts its live runs again. At the limit, it counts
 * again after {@link RECOUNT_AT_CAP_MS}.
 */
export const RECOUNT_RUNS = 1_000;
export const RECOUNT_AT_CAP_MS = 1_000;

/**
 * Up to this many jobs of a type, their runs are read job by job. With more jobs, reading all runs in order
 * finds runs of the type soon.
 */
export const FEW_JOBS = 500;
/** {@link FEW_JOBS} for a search among their runs. */
export const FEW_TO_SEARCH = 20;

/**
 * How many runs one look of a search looks at, before it answers with what it has found. It takes some
 * milliseconds; a search for a text in long errors up to 100.
 */
export const RUNS_IN_A_LOOK = 10_000;
