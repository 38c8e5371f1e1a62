-- Columns such as `status` and `held` contain the words that `core` uses. Times are milliseconds since the
-- epoch.

-- Run ids, job uids and fences. They only rise, across all nodes.
CREATE SEQUENCE greenvue_jobs.ids;

-- The live nodes. A node without a row is dead: it claims nothing, and other nodes take back its claims (P9).
CREATE TABLE greenvue_jobs.nodes (
  id text PRIMARY KEY,
  -- The key of the session advisory lock that the process holds while it lives.
  lock_key integer NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
  version text NOT NULL,
  places integer NOT NULL,
  types jsonb NOT NULL,
  started_at bigint NOT NULL,
  -- By the database's clock.
  beat_at bigint NOT NULL,
  lease_until bigint NOT NULL,
  -- False behind a pooler that shares sessions, because no lock lasts there. Other nodes then judge the node
  -- by its lease alone.
  holds_lock boolean NOT NULL,
  -- A client watches events on this node, so the other nodes send it their events.
  watching boolean NOT NULL DEFAULT false,
  -- The state that each heartbeat reports, as JSON.
  state text NOT NULL
);

-- The timeline of the server at the last look. A promoted standby has another timeline. For one lease after a
-- node has seen the new timeline, no node is dead.
CREATE TABLE greenvue_jobs.server (
  one boolean PRIMARY KEY CHECK (one),
  timeline text NOT NULL,
  since bigint NOT NULL
);
INSERT INTO greenvue_jobs.server (one, timeline, since)
  VALUES (true, left(pg_walfile_name(pg_current_wal_lsn()), 8), 0);

-- A version of a job type, under a small key. Due indexes start with the key, so that types without a handler
-- cost nothing.
CREATE TABLE greenvue_jobs.job_types (
  key integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  type text NOT NULL,
  version integer NOT NULL CHECK (version >= 1),
  UNIQUE (type, version)
);

CREATE TABLE greenvue_jobs.jobs (
  uid bigint PRIMARY KEY,
  id text COLLATE "C" NOT NULL,
  type_key integer NOT NULL REFERENCES greenvue_jobs.job_types (key),
  version integer NOT NULL CHECK (version >= 1),
  status text NOT NULL CHECK (status IN ('active', 'paused', 'finished')),
  wake_at bigint,
  next_run_at bigint,
  anchor_at bigint NOT NULL,
  last_slot_at bigint,
  last_run_at bigint,
  last_status text CHECK (last_status IN ('succeeded', 'failed', 'cancelled')),
  last_success_at bigint,
  last_end_at bigint,
  failed_in_row bigint NOT NULL CHECK (failed_in_row >= 0),
  failing_since bigint,
  finished_count bigint NOT NULL DEFAULT 0 CHECK (finished_count >= 0),
  skipped_count bigint NOT NULL DEFAULT 0 CHECK (skipped_count >= 0),
  paused_at bigint,
  pause_reason text,
  paused_by text,
  pause_until bigint,
  deleted_at bigint,
  created_by text,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('interval', 'cron', 'run_at', 'on_demand')),
  interval text,
  every_ms bigint CHECK (every_ms > 0),
  mode text CHECK (mode IN ('fixed_rate', 'fixed_delay')),
  cron text,
  timezone text,
  start_at bigint,
  run_at bigint,
  overlap text NOT NULL CHECK (overlap IN ('skip', 'queue', 'allow')),
  catch_up text NOT NULL CHECK (catch_up IN ('once', 'skip', 'all')),
  timeout_ms bigint NOT NULL CHECK (timeout_ms > 0),
  max_attempts bigint NOT NULL CHECK (max_attempts >= 1),
  backoff_initial_ms bigint NOT NULL,
  backoff_max_ms bigint NOT NULL,
  backoff_factor double precision NOT NULL,
  backoff_jitter double precision NOT NULL,
  name text COLLATE "C" NOT NULL,
  description text NOT NULL,
  payload text NOT NULL,
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
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX jobs_id ON greenvue_jobs.jobs (id) WHERE deleted_at IS NULL;
CREATE INDEX jobs_any_generation ON greenvue_jobs.jobs (id);
CREATE INDEX jobs_wake ON greenvue_jobs.jobs (type_key, wake_at, uid) WHERE wake_at IS NOT NULL;
CREATE INDEX jobs_status ON greenvue_jobs.jobs (status) WHERE deleted_at IS NULL;
-- For pruning: tombstones, and finished jobs by age.
CREATE INDEX jobs_gone ON greenvue_jobs.jobs (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX jobs_finished ON greenvue_jobs.jobs (run_at) WHERE status = 'finished' AND deleted_at IS NULL;
-- For lists. No index contains a column that every run changes, so those updates touch no index.
CREATE INDEX jobs_name ON greenvue_jobs.jobs (name, uid) WHERE deleted_at IS NULL;
CREATE INDEX jobs_created_at ON greenvue_jobs.jobs (created_at, uid) WHERE deleted_at IS NULL;

-- Runs that have not finished.
CREATE TABLE greenvue_jobs.live_runs (
  id bigint PRIMARY KEY,
  job_uid bigint NOT NULL,
  type_key integer NOT NULL,
  trigger text NOT NULL CHECK (trigger IN ('schedule', 'manual')),
  scheduled_for bigint,
  catch_up boolean NOT NULL,
  missed bigint NOT NULL CHECK (missed >= 0),
  missed_from bigint,
  payload text,
  retry_of bigint,
  queued_at bigint NOT NULL,
  status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running')),
  held text NOT NULL CHECK (held IN ('no', 'overlap', 'pause', 'run_at')),
  available_at bigint NOT NULL,
  node text,
  fence bigint,
  started_at bigint,
  failures bigint NOT NULL DEFAULT 0 CHECK (failures >= 0),
  recoveries bigint NOT NULL DEFAULT 0 CHECK (recoveries >= 0),
  errors text,
  cancel text CHECK (cancel IN ('user', 'deleted')),
  zombie_since bigint,
  progress text,
  CHECK ((trigger = 'schedule') = (scheduled_for IS NOT NULL)),
  CHECK (missed_from IS NULL OR missed > 0),
  CHECK ((node IS NULL) = (fence IS NULL)),
  CHECK ((status = 'running') = (started_at IS NOT NULL)),
  CHECK (node IS NOT NULL OR (status = 'queued' AND cancel IS NULL AND zombie_since IS NULL)),
  CHECK (node IS NULL OR held = 'no')
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
-- The index for claims: no claimed or held runs, ordered within each type.
CREATE INDEX live_runs_due ON greenvue_jobs.live_runs (type_key, available_at, id) WHERE held = 'no' AND node IS NULL;
CREATE INDEX live_runs_job ON greenvue_jobs.live_runs (job_uid, held, available_at);
CREATE INDEX live_runs_running ON greenvue_jobs.live_runs (job_uid, started_at) WHERE status = 'running';
CREATE INDEX live_runs_node ON greenvue_jobs.live_runs (node) WHERE node IS NOT NULL;
-- A second guard for P5: no two live runs for one slot.
CREATE UNIQUE INDEX live_runs_slot ON greenvue_jobs.live_runs (job_uid, scheduled_for) WHERE scheduled_for IS NOT NULL;

-- Finished runs. The rows never change.
CREATE TABLE greenvue_jobs.runs (
  id bigint PRIMARY KEY,
  job_uid bigint NOT NULL,
  trigger text NOT NULL CHECK (trigger IN ('schedule', 'manual')),
  scheduled_for bigint,
  catch_up boolean NOT NULL,
  missed bigint NOT NULL CHECK (missed >= 0),
  missed_from bigint,
  payload text,
  retry_of bigint,
  queued_at bigint NOT NULL,
  status text NOT NULL CHECK (status IN ('succeeded', 'failed', 'cancelled', 'skipped')),
  reason text,
  attempt bigint NOT NULL CHECK (attempt >= 0),
  recoveries bigint NOT NULL CHECK (recoveries >= 0),
  node text,
  started_at bigint,
  finished_at bigint NOT NULL,
  progress text,
  result text,
  errors text,
  CHECK (CASE status
    WHEN 'succeeded' THEN reason IS NULL
    WHEN 'failed' THEN coalesce(reason, '') IN ('error', 'timeout', 'lost', 'payload_invalid')
    WHEN 'cancelled' THEN coalesce(reason, '') IN ('user', 'deleted')
    ELSE coalesce(reason, '') IN ('overlap', 'missed') AND scheduled_for IS NOT NULL AND started_at IS NULL END),
  CHECK (result IS NULL OR status = 'succeeded'),
  CHECK ((trigger = 'schedule') = (scheduled_for IS NOT NULL)),
  CHECK (missed_from IS NULL OR missed > 0)
);
CREATE INDEX runs_job ON greenvue_jobs.runs (job_uid, id);
CREATE INDEX runs_not_succeeded ON greenvue_jobs.runs (status, id) WHERE status <> 'succeeded';
CREATE INDEX runs_queued_at ON greenvue_jobs.runs (queued_at);

CREATE FUNCTION greenvue_jobs.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% never changes', TG_TABLE_NAME;
END $$;
CREATE TRIGGER runs_are_immutable BEFORE UPDATE ON greenvue_jobs.runs
  FOR EACH ROW EXECUTE FUNCTION greenvue_jobs.refuse_change();

CREATE TABLE greenvue_jobs.run_logs (
  run_id bigint NOT NULL,
  seq bigint NOT NULL,
  at bigint NOT NULL,
  level text NOT NULL CHECK (level IN ('debug', 'info', 'warn', 'error')),
  bytes bigint NOT NULL CHECK (bytes >= 0),
  message text NOT NULL,
  fields text,
  PRIMARY KEY (run_id, seq)
);

CREATE TABLE greenvue_jobs.dedupe_keys (
  job_uid bigint NOT NULL,
  key text COLLATE "C" NOT NULL,
  run_id bigint NOT NULL,
  at bigint NOT NULL,
  -- A copy of the finished run, after the run's own row was pruned.
  pruned_run text,
  PRIMARY KEY (job_uid, key)
);
CREATE INDEX dedupe_keys_at ON greenvue_jobs.dedupe_keys (at);
CREATE INDEX dedupe_keys_run ON greenvue_jobs.dedupe_keys (run_id);

CREATE TABLE greenvue_jobs.audit (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  at bigint NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  target text NOT NULL,
  change text NOT NULL
);
CREATE INDEX audit_at ON greenvue_jobs.audit (at, id);
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON greenvue_jobs.audit
  FOR EACH ROW EXECUTE FUNCTION greenvue_jobs.refuse_change();

-- Finished runs of all jobs by hour and status. The shards prevent waits between commits of several nodes.
CREATE TABLE greenvue_jobs.hour_counts (
  hour bigint NOT NULL,
  status text NOT NULL,
  shard integer NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (hour, status, shard)
) WITH (fillfactor = 50);

-- The same by job, for pruned runs. Together with the rows in `runs`, they cover the last 90 days.
CREATE TABLE greenvue_jobs.job_hour_counts (
  job_uid bigint NOT NULL,
  hour bigint NOT NULL,
  status text NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (job_uid, hour, status)
);
CREATE INDEX job_hour_counts_hour ON greenvue_jobs.job_hour_counts (hour);
