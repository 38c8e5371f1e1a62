-- Numbers stand for words where rows are written thousands of times a second; `codes.ts` holds what each one means.

-- One row: where the ids, uids and fences stand, and by how many milliseconds they ever ran ahead of the clock.
CREATE TABLE counter (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  last INTEGER NOT NULL,
  lead_ms INTEGER NOT NULL CHECK (lead_ms >= 0)
) STRICT;
INSERT INTO counter (one, last, lead_ms) VALUES (1, 0, 0);

-- A job type in one version, under a small key: due indexes start with it, so that types without a handler cost nothing.
CREATE TABLE job_types (
  key INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  UNIQUE (type, version)
) STRICT;

CREATE TABLE nodes (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  seen_at INTEGER NOT NULL
) STRICT;
CREATE INDEX nodes_seen ON nodes (seen_at);

CREATE TABLE jobs (
  uid INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  type_key INTEGER NOT NULL REFERENCES job_types (key),
  version INTEGER NOT NULL CHECK (version >= 1),
  status TEXT NOT NULL CHECK (status IN ('active', 'paused', 'finished')),
  wake_at INTEGER,
  next_run_at INTEGER,
  anchor_at INTEGER NOT NULL,
  last_slot_at INTEGER,
  last_run_at INTEGER,
  last_status TEXT CHECK (last_status IN ('succeeded', 'failed', 'cancelled')),
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
  kind TEXT NOT NULL CHECK (kind IN ('interval', 'cron', 'run_at', 'on_demand')),
  interval TEXT,
  every_ms INTEGER CHECK (every_ms > 0),
  mode TEXT CHECK (mode IN ('fixed_rate', 'fixed_delay')),
  cron TEXT,
  timezone TEXT,
  start_at INTEGER,
  run_at INTEGER,
  overlap TEXT NOT NULL CHECK (overlap IN ('skip', 'queue', 'allow')),
  catch_up TEXT NOT NULL CHECK (catch_up IN ('once', 'skip', 'all')),
  timeout_ms INTEGER NOT NULL CHECK (timeout_ms > 0),
  max_attempts INTEGER NOT NULL CHECK (max_attempts >= 1),
  backoff_initial_ms INTEGER NOT NULL,
  backoff_max_ms INTEGER NOT NULL,
  backoff_factor REAL NOT NULL,
  backoff_jitter REAL NOT NULL,
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
  CHECK (start_at IS NULL OR kind IN ('interval', 'cron')),
  CHECK ((status = 'paused') = (paused_at IS NOT NULL)),
  CHECK (paused_at IS NOT NULL OR (pause_reason IS NULL AND paused_by IS NULL AND pause_until IS NULL)),
  CHECK (next_run_at IS NULL OR status = 'active'),
  CHECK (status <> 'finished' OR kind = 'run_at'),
  CHECK (deleted_at IS NULL OR (wake_at IS NULL AND next_run_at IS NULL)),
  CHECK ((last_run_at IS NULL) = (last_status IS NULL))
) STRICT;
CREATE UNIQUE INDEX jobs_id ON jobs (id) WHERE deleted_at IS NULL;
CREATE INDEX jobs_any_generation ON jobs (id);
CREATE INDEX jobs_wake ON jobs (type_key, wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX jobs_status ON jobs (status) WHERE deleted_at IS NULL;
-- For pruning: tombstones that nothing needs any more, and finished jobs by age.
CREATE INDEX jobs_gone ON jobs (deleted_at)
  WHERE deleted_at IS NOT NULL AND finished_count = 0 AND skipped_count = 0;
CREATE INDEX jobs_finished ON jobs (coalesce(last_end_at, last_slot_at, created_at))
  WHERE status = 'finished' AND deleted_at IS NULL;

-- Runs that are not finished.
CREATE TABLE live_runs (
  id INTEGER PRIMARY KEY,
  job_uid INTEGER NOT NULL REFERENCES jobs (uid),
  type_key INTEGER NOT NULL,
  trigger INTEGER NOT NULL CHECK (trigger IN (0, 1)),
  scheduled_for INTEGER,
  catch_up INTEGER NOT NULL CHECK (catch_up IN (0, 1)),
  missed INTEGER NOT NULL CHECK (missed >= 0),
  missed_from INTEGER,
  payload TEXT,
  retry_of INTEGER,
  queued_at INTEGER NOT NULL,
  status INTEGER NOT NULL DEFAULT 0 CHECK (status IN (0, 1)),
  held INTEGER NOT NULL CHECK (held BETWEEN 0 AND 3),
  available_at INTEGER NOT NULL,
  node INTEGER,
  fence INTEGER,
  started_at INTEGER,
  failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
  recoveries INTEGER NOT NULL DEFAULT 0 CHECK (recoveries >= 0),
  errors TEXT,
  cancel INTEGER CHECK (cancel IN (6, 7)),
  zombie_since INTEGER,
  progress TEXT,
  CHECK ((trigger = 0) = (scheduled_for IS NOT NULL)),
  CHECK (missed_from IS NULL OR missed > 0),
  CHECK ((node IS NULL) = (fence IS NULL)),
  CHECK ((status = 1) = (started_at IS NOT NULL)),
  CHECK (node IS NOT NULL OR (status = 0 AND cancel IS NULL AND zombie_since IS NULL)),
  CHECK (node IS NULL OR held = 0)
) STRICT;
-- What a claim reads: never a claimed or held run, never one of another type.
CREATE INDEX live_runs_due ON live_runs (type_key, available_at, id) WHERE held = 0 AND node IS NULL;
CREATE INDEX live_runs_job ON live_runs (job_uid, held, available_at);
CREATE INDEX live_runs_running ON live_runs (job_uid, started_at) WHERE status = 1;
-- The second belt of P5: no two live runs for one slot.
CREATE UNIQUE INDEX live_runs_slot ON live_runs (job_uid, scheduled_for) WHERE scheduled_for IS NOT NULL;

-- Runs that are finished; immutable.
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  job_uid INTEGER NOT NULL,
  trigger INTEGER NOT NULL CHECK (trigger IN (0, 1)),
  scheduled_for INTEGER,
  catch_up INTEGER NOT NULL CHECK (catch_up IN (0, 1)),
  missed INTEGER NOT NULL CHECK (missed >= 0),
  missed_from INTEGER,
  payload TEXT,
  retry_of INTEGER,
  queued_at INTEGER NOT NULL,
  status INTEGER NOT NULL CHECK (status BETWEEN 2 AND 5),
  reason INTEGER,
  attempt INTEGER NOT NULL CHECK (attempt >= 0),
  recoveries INTEGER NOT NULL CHECK (recoveries >= 0),
  node INTEGER,
  started_at INTEGER,
  finished_at INTEGER NOT NULL,
  progress TEXT,
  result TEXT,
  errors TEXT,
  CHECK (CASE status
    WHEN 2 THEN reason IS NULL
    WHEN 3 THEN coalesce(reason, -1) BETWEEN 2 AND 5
    WHEN 4 THEN coalesce(reason, -1) BETWEEN 6 AND 7
    ELSE coalesce(reason, -1) BETWEEN 0 AND 1 AND scheduled_for IS NOT NULL AND started_at IS NULL END),
  CHECK (result IS NULL OR status = 2),
  CHECK ((trigger = 0) = (scheduled_for IS NOT NULL)),
  CHECK (missed_from IS NULL OR missed > 0)
) STRICT;
CREATE INDEX runs_job ON runs (job_uid, id);
CREATE INDEX runs_not_succeeded ON runs (status, id) WHERE status <> 2;
CREATE TRIGGER runs_are_immutable BEFORE UPDATE ON runs
BEGIN
  SELECT RAISE(ABORT, 'a finished run never changes');
END;

CREATE TABLE run_logs (
  run_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 3),
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  message TEXT NOT NULL,
  fields TEXT,
  PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE dedupe_keys (
  job_uid INTEGER NOT NULL,
  key TEXT NOT NULL,
  run_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  -- The run as it ended, once its own row was pruned.
  pruned_run TEXT,
  PRIMARY KEY (job_uid, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX dedupe_keys_at ON dedupe_keys (at);
CREATE INDEX dedupe_keys_run ON dedupe_keys (run_id);

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  change TEXT NOT NULL
) STRICT;
CREATE INDEX audit_at ON audit (at, id);
CREATE TRIGGER audit_is_append_only_u BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_is_append_only_d BEFORE DELETE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;

-- Finished runs by hour and status, of all jobs.
CREATE TABLE hour_counts (
  hour INTEGER NOT NULL,
  status INTEGER NOT NULL CHECK (status BETWEEN 2 AND 5),
  count INTEGER NOT NULL,
  PRIMARY KEY (hour, status)
) STRICT, WITHOUT ROWID;

-- The same by job, of runs whose rows were pruned: with what is still in `runs`, all of the last 90 days.
CREATE TABLE job_hour_counts (
  job_uid INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  status INTEGER NOT NULL CHECK (status BETWEEN 2 AND 5),
  count INTEGER NOT NULL,
  PRIMARY KEY (job_uid, hour, status)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_hour_counts_hour ON job_hour_counts (hour);
