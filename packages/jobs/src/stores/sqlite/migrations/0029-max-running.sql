-- The most runs of a job that run at once.
ALTER TABLE jobs ADD COLUMN max_running INTEGER CHECK (max_running IS NULL OR (max_running >= 1 AND overlap = 'allow'));
