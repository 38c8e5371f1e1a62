-- Schedules that end, with any kind of slots: finished jobs are no longer found by `run_at` alone. Slots that are due
-- a fixed time later: `next_slot_at` is the slot that is due at `next_run_at`, if that is another instant.
ALTER TABLE greenvue_jobs.jobs ADD COLUMN end_at bigint;
ALTER TABLE greenvue_jobs.jobs ADD COLUMN max_runs bigint;
ALTER TABLE greenvue_jobs.jobs ADD COLUMN runs_made bigint;
ALTER TABLE greenvue_jobs.jobs ADD COLUMN spread_ms bigint;
ALTER TABLE greenvue_jobs.jobs ADD COLUMN next_slot_at bigint;
DROP INDEX greenvue_jobs.jobs_finished;
CREATE INDEX jobs_finished ON greenvue_jobs.jobs (coalesce(run_at, created_at)) WHERE status = 'finished' AND deleted_at IS NULL;
