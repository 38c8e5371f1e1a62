-- For a list of three words or more in a CHECK, SQLite makes a table of it whenever it writes a row: a third of what a new job cost.
-- Alternatives are compared one by one. No constraint can be changed where it is, so the table is made anew; nothing else of it changes
-- but for the index of ids that were used before, which a new job has no part in any more.
CREATE TABLE jobs_anew (
  uid INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  type_key INTEGER NOT NULL REFERENCES job_types (key),
  version INTEGER NOT NULL CHECK (version >= 1),
  status TEXT NOT NULL CHECK (status = 'active' OR status = 'paused' OR status = 'finished'),
  wake_at INTEGER,
  next_run_at INTEGER,
  anchor_at INTEGER NOT NULL,
  last_slot_at INTEGER,
  last_run_at INTEGER,
  last_status TEXT CHECK (last_status = 'succeeded' OR last_status = 'failed' OR last_status = 'cancelled'),
  last_success_at INTEGER,
  last_end_at INTEGER,
  failed_in_row INTEGER NOT NULL CHECK (failed_in_row >= 0),
  failing_since INTEGER,
  finished_count INTEGER NOT NULL DEFAULT 0 CHECK (finished_count >= 0),
  skipped_count INTEGER NOT NULL DEFAULT 0 CHECK (skipped_count >= 0),
  paused_at INTEGER,
  pause_reason TEXT,
  paused_by TEXT,
  pause_until INTEGER,
  deleted_at INTEGER,
  created_by TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind = 'interval' OR kind = 'cron' OR kind = 'run_at' OR kind = 'on_demand'),
  interval TEXT,
  every_ms INTEGER CHECK (every_ms > 0),
  mode TEXT CHECK (mode = 'fixed_rate' OR mode = 'fixed_delay'),
  cron TEXT,
  timezone TEXT,
  start_at INTEGER,
  run_at INTEGER,
  overlap TEXT NOT NULL CHECK (overlap = 'skip' OR overlap = 'queue' OR overlap = 'allow'),
  catch_up TEXT NOT NULL CHECK (catch_up = 'once' OR catch_up = 'skip' OR catch_up = 'all'),
  timeout_ms INTEGER NOT NULL CHECK (timeout_ms > 0),
  max_attempts INTEGER NOT NULL CHECK (max_attempts >= 1),
  backoff_initial_ms INTEGER NOT NULL,
  backoff_max_ms INTEGER NOT NULL,
  backoff_factor REAL NOT NULL,
  backoff_jitter REAL NOT NULL,
  -- The W3C traceparent of the request that made the job.
  trace TEXT,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  -- Last, since it can be long: rows are read up to the column asked for.
  payload TEXT NOT NULL,
  CHECK ((kind = 'interval') = (interval IS NOT NULL)),
  CHECK ((kind = 'interval') = (every_ms IS NOT NULL)),
  CHECK ((kind = 'interval') = (mode IS NOT NULL)),
  CHECK ((kind = 'cron') = (cron IS NOT NULL)),
  CHECK ((kind = 'cron') = (timezone IS NOT NULL)),
  CHECK ((kind = 'run_at') = (run_at IS NOT NULL)),
  CHECK (start_at IS NULL OR kind = 'interval' OR kind = 'cron'),
  CHECK ((status = 'paused') = (paused_at IS NOT NULL)),
  CHECK (paused_at IS NOT NULL OR (pause_reason IS NULL AND paused_by IS NULL AND pause_until IS NULL)),
  CHECK (next_run_at IS NULL OR status = 'active'),
  CHECK (status <> 'finished' OR kind = 'run_at'),
  CHECK (deleted_at IS NULL OR (wake_at IS NULL AND next_run_at IS NULL)),
  CHECK ((last_run_at IS NULL) = (last_status IS NULL))
) STRICT;
INSERT INTO jobs_anew (uid, id, type_key, version, status, wake_at, next_run_at, anchor_at, last_slot_at, last_run_at, last_status,
    last_success_at, last_end_at, failed_in_row, failing_since, finished_count, skipped_count, paused_at, pause_reason, paused_by,
    pause_until, deleted_at, created_by, created_at, updated_at, kind, interval, every_ms, mode, cron, timezone, start_at, run_at, overlap,
    catch_up, timeout_ms, max_attempts, backoff_initial_ms, backoff_max_ms, backoff_factor, backoff_jitter, trace, name, description, payload)
  SELECT uid, id, type_key, version, status, wake_at, next_run_at, anchor_at, last_slot_at, last_run_at, last_status,
    last_success_at, last_end_at, failed_in_row, failing_since, finished_count, skipped_count, paused_at, pause_reason, paused_by,
    pause_until, deleted_at, created_by, created_at, updated_at, kind, interval, every_ms, mode, cron, timezone, start_at, run_at, overlap,
    catch_up, timeout_ms, max_attempts, backoff_initial_ms, backoff_max_ms, backoff_factor, backoff_jitter, trace, name, description, payload
  FROM jobs ORDER BY uid;
DROP TABLE jobs;
ALTER TABLE jobs_anew RENAME TO jobs;
CREATE UNIQUE INDEX jobs_id ON jobs (id) WHERE deleted_at IS NULL;
CREATE INDEX jobs_id_before ON jobs (id) WHERE deleted_at IS NOT NULL;
CREATE INDEX jobs_wake ON jobs (type_key, wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX jobs_status ON jobs (status) WHERE deleted_at IS NULL;
-- For pruning: tombstones that nothing needs any more, and finished jobs by age.
CREATE INDEX jobs_gone ON jobs (deleted_at)
  WHERE deleted_at IS NOT NULL AND finished_count = 0 AND skipped_count = 0;
CREATE INDEX jobs_finished ON jobs (coalesce(last_end_at, last_slot_at, created_at))
  WHERE status = 'finished' AND deleted_at IS NULL;
