-- How a job is labelled and watched. Null for a job that uses none of it. `tags` and `alerts`: JSON arrays of text.
ALTER TABLE greenvue_jobs.jobs
  ADD COLUMN tags text,
  ADD COLUMN pause_failures integer,
  ADD COLUMN pause_of_last integer,
  ADD COLUMN expect_success_ms bigint,
  ADD COLUMN expect_duration_ms bigint,
  ADD COLUMN expect_start_ms bigint,
  ADD COLUMN alerts text,
  ADD COLUMN ping_url text;
