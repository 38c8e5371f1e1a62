ALTER TABLE greenvue_jobs.runs
  ADD COLUMN job_version integer,
  ADD COLUMN requested_by text,
  ADD COLUMN cancelled_by text,
  ADD COLUMN fingerprint text;
