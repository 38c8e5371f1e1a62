import { JOB_COLUMNS } from '../../src/stores/rows/jobs/job-row.ts';

/** The columns of a job that are not null. */
const JOB = {
  uid: 7,
  type: 'work',
  type_version: 1,
  type_key: 3,
  version: 2,
  status: 'active',
  id: 'nightly',
  name: 'Nightly',
  description: '',
  payload: '{}',
  kind: 'cron',
  cron: '0 3 * * *',
  timezone: 'UTC',
  overlap: 'skip',
  catch_up: 'once',
  timeout_ms: 60_000,
  max_attempts: 3,
  backoff_initial_ms: 1_000,
  backoff_max_ms: 60_000,
  backoff_factor: 2,
  backoff_jitter: 0.1,
  anchor_at: 1_767_225_600_000,
  created_at: 1_767_225_600_000,
  updated_at: 1_767_225_600_000,
  next_run_at: 1_767_236_400_000,
  wake_at: 1_767_236_400_000,
  failed_in_row: 0,
  finished_count: 5,
  skipped_count: 1,
  tags: '["a","b"]',
  alerts: '["ops"]',
  declared: '{"place":"src/jobs.ts:12"}',
};

export const JOB_ROW: Readonly<Record<string, string | number | null>> = {
  ...Object.fromEntries(JOB_COLUMNS.map(({ name }) => [name, null])),
  ...JOB,
};

const ORIGIN = [
  9,
  7,
  'schedule',
  1_767_236_400_000,
  false,
  0,
  null,
  '{"n":1}',
  null,
  1_767_236_400_000,
  null,
];
const ERRORS = '[{"name":"Error","message":"m","attempt":1,"at":1,"reason":"error"}]';
const PROGRESS = '{"done":1,"total":2,"note":"n"}';

/** A row of FINISHED_COLUMNS. */
export const FINISHED_ROW: readonly unknown[] = [
  ...ORIGIN,
  'failed',
  'error',
  1,
  0,
  'node',
  1,
  2,
  PROGRESS,
  '{"r":1}',
  ERRORS,
  2,
  null,
  'f',
  1,
];

/** A row of LIVE_COLUMNS. */
export const LIVE_ROW: readonly unknown[] = [
  ...ORIGIN,
  1,
  1,
  0,
  ERRORS,
  PROGRESS,
  null,
  null,
  'running',
  'no',
  'node',
  5,
  1,
  null,
  null,
  null,
  2,
];
