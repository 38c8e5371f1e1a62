-- The W3C traceparent of the request that triggered a run.
ALTER TABLE greenvue_jobs.live_runs ADD COLUMN trace text;
