-- The most runs of a job that run at once.
ALTER TABLE greenvue_jobs.jobs ADD COLUMN max_running integer;
