-- Jobs that code declares: where, and since when no code does, as JSON.
ALTER TABLE jobs ADD COLUMN declared TEXT;
CREATE INDEX jobs_declared ON jobs (uid) WHERE declared IS NOT NULL AND deleted_at IS NULL;
