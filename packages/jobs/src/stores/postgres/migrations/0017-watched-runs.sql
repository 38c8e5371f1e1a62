-- What failure budgets and expectations are judged by. Null for a job that has none.
-- `recent_failures`: the outcomes of the last runs as bits; the lowest is the newest, and 1 is a failure.
-- `resumed_at`: when the last pause ended.
ALTER TABLE greenvue_jobs.jobs
  ADD COLUMN recent_failures bigint,
  ADD COLUMN last_success_end_at bigint,
  ADD COLUMN last_took_ms bigint,
  ADD COLUMN resumed_at bigint;
