-- Runs that are skipped if they have not started by `expires_at`.
ALTER TABLE greenvue_jobs.jobs ADD COLUMN expire_after_ms bigint;
ALTER TABLE greenvue_jobs.live_runs ADD COLUMN expires_at bigint;
