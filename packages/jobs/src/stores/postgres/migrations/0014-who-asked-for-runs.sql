-- `job_version`: only while a run is claimed, once an edit has replaced the version of its claim.
ALTER TABLE greenvue_jobs.live_runs
  ADD COLUMN requested_by text,
  ADD COLUMN cancelled_by text,
  ADD COLUMN job_version integer;
