-- The W3C traceparent of the request that made a job, and of the one that triggered a run.
ALTER TABLE greenvue_jobs.jobs ADD COLUMN trace text;
ALTER TABLE greenvue_jobs.live_runs ADD COLUMN trace text;
