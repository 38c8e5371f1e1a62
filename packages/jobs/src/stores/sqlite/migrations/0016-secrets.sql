-- Stored secrets. `sealed`: AES-256-GCM under a key that the database does not have.
CREATE TABLE secrets (
  name TEXT PRIMARY KEY,
  sealed TEXT NOT NULL,
  created_by TEXT,
  created_at INTEGER NOT NULL,
  updated_by TEXT,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A finished run never changes, but that its secrets are sealed with another key.
DROP TRIGGER runs_are_immutable;
CREATE TRIGGER runs_are_immutable BEFORE UPDATE OF id, job_uid, trigger, scheduled_for, catch_up, missed, missed_from,
  retry_of, queued_at, requested_by, status, reason, attempt, recoveries, node, started_at, finished_at, progress, result,
  errors, job_version, cancelled_by, fingerprint, due_at ON runs
BEGIN
  SELECT RAISE(ABORT, 'a finished run never changes');
END;
