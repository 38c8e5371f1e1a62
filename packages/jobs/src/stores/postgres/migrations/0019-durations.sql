-- When the last attempt of a run was due, if neither `scheduled_for` nor `queued_at` says so.
ALTER TABLE greenvue_jobs.runs ADD COLUMN due_at bigint;

-- The durations of finished runs by hour: of all jobs (subject ''), of each type and of each tag. `measure`: the
-- run's status, with the bucket of its duration (-1: none); or 'lateness'. How many runs of all jobs there were
-- is in `hour_counts`. The shards prevent waits between nodes.
CREATE TABLE greenvue_jobs.hour_buckets (
  subject text COLLATE "C" NOT NULL,
  hour bigint NOT NULL,
  measure text COLLATE "C" NOT NULL,
  bucket integer NOT NULL,
  shard integer NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (subject, hour, measure, bucket, shard)
) WITH (fillfactor = 50);
CREATE INDEX hour_buckets_hour ON greenvue_jobs.hour_buckets (hour);

-- The same by job, of runs whose rows were pruned. This continues `job_hour_counts`.
CREATE TABLE greenvue_jobs.job_hour_buckets (
  job_uid bigint NOT NULL,
  hour bigint NOT NULL,
  measure text COLLATE "C" NOT NULL,
  bucket integer NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (job_uid, hour, measure, bucket)
);
CREATE INDEX job_hour_buckets_hour ON greenvue_jobs.job_hour_buckets (hour);
