-- Jobs that code declares: where, and since when no code does, as JSON.
ALTER TABLE greenvue_jobs.jobs ADD COLUMN declared text;
CREATE INDEX jobs_declared ON greenvue_jobs.jobs (uid) WHERE declared IS NOT NULL AND deleted_at IS NULL;
