-- When the last attempt of a run was due, if neither `scheduled_for` nor `queued_at` says so.
ALTER TABLE runs ADD COLUMN due_at INTEGER;

-- The durations of finished runs by hour: of all jobs (subject ''), of each type and of each tag. `measure`: the
-- run's status, with the bucket of its duration (-1: none); or 6: lateness. How many runs of all jobs there were
-- is in `hour_counts`.
CREATE TABLE hour_buckets (
  subject TEXT NOT NULL,
  hour INTEGER NOT NULL,
  measure INTEGER NOT NULL CHECK (measure BETWEEN 2 AND 6),
  bucket INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (subject, hour, measure, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX hour_buckets_hour ON hour_buckets (hour);

-- The same by job, of runs whose rows were pruned. This continues `job_hour_counts`.
CREATE TABLE job_hour_buckets (
  job_uid INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  measure INTEGER NOT NULL CHECK (measure BETWEEN 2 AND 6),
  bucket INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (job_uid, hour, measure, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_hour_buckets_hour ON job_hour_buckets (hour);
