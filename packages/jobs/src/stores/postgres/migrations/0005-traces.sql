-- The W3C traceparent of the request that made a job.
ALTER TABLE greenvue_jobs.jobs ADD COLUMN trace text;
