-- Definitions that an edit replaced. `definition`: JSON without the payload. The current definition is in `jobs`.
CREATE TABLE job_versions (
  job_uid INTEGER NOT NULL,
  version INTEGER NOT NULL,
  definition TEXT NOT NULL,
  payload TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  replaced_at INTEGER NOT NULL,
  replaced_by TEXT,
  PRIMARY KEY (job_uid, version)
) STRICT;
-- `job_version` of a live run: only while it is claimed, once an edit has replaced the version of its claim.
ALTER TABLE live_runs ADD COLUMN requested_by TEXT;
ALTER TABLE live_runs ADD COLUMN cancelled_by TEXT;
ALTER TABLE live_runs ADD COLUMN job_version INTEGER;
ALTER TABLE runs ADD COLUMN job_version INTEGER;
ALTER TABLE runs ADD COLUMN requested_by TEXT;
ALTER TABLE runs ADD COLUMN cancelled_by TEXT;
ALTER TABLE runs ADD COLUMN fingerprint TEXT;
-- Failed runs by time, with all that counting them by error needs, and by error.
CREATE INDEX runs_failed ON runs (finished_at, fingerprint, job_uid) WHERE fingerprint IS NOT NULL;
CREATE INDEX runs_fingerprint ON runs (fingerprint, id) WHERE fingerprint IS NOT NULL;
