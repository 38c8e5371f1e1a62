-- The W3C traceparent of the request that made a job, and of the one that triggered a run.
ALTER TABLE jobs ADD COLUMN trace TEXT;
ALTER TABLE live_runs ADD COLUMN trace TEXT;
