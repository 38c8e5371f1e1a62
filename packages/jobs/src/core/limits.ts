/** Bounds of P18: largest payload (with its type's defaults) and result as JSON, and log kept for a run. */
export const LARGEST_PAYLOAD_BYTES = 65_536;
/** Levels of objects and arrays. A schema calls itself for each: a deeper payload overflows the stack. */
export const DEEPEST_PAYLOAD = 32;
export const LARGEST_RESULT_BYTES = 65_536;
/** P30, resume: the largest checkpoint, and the results of all steps of a run together. */
export const LARGEST_CHECKPOINT_BYTES = 65_536;
export const LARGEST_LOG_BYTES = 65_536;
/** What a line of a log counts besides its text. */
export const LOG_LINE_BYTES = 16;
/** The rows of a page, in code and over REST, where the query does not say. */
export const DEFAULT_PAGE_ROWS = 50;
/** The run times of a preview where it does not say. */
export const DEFAULT_PREVIEW_TIMES = 5;
/** The most runs that a failure budget looks back on. */
export const MOST_JUDGED_RUNS = 50;
/** The longest `spread` of a schedule. */
export const LONGEST_SPREAD_MS = 24 * 3_600_000;
/** The largest `max_runs` of a schedule. */
export const MOST_RUNS = 1_000_000_000;
/** The largest `max_running` of a job: each settlement of it counts its runs. */
export const MOST_RUNNING = 10_000;
export const MOST_TAGS = 16;
/** The most alert channels that a job can name. */
export const MOST_ALERT_CHANNELS = 16;
