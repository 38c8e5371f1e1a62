-- For each statement, PostgreSQL parses all CHECKs of the table again: 0.2 ms, while the write of one row
-- takes 0.1 ms. Two checks stay: a job without attempts, or without a timeout, would never run. `core`
-- enforces the others.
-- Takes the strongest lock at once. If the checks are already dropped, the statements for indexes would take
-- a weaker lock first, and then upgrade it.
LOCK TABLE greenvue_jobs.jobs IN ACCESS EXCLUSIVE MODE;
DO $$
DECLARE
  name text;
BEGIN
  FOR name IN
    SELECT conname FROM pg_catalog.pg_constraint WHERE conrelid = 'greenvue_jobs.jobs'::regclass AND contype = 'c'
      AND conname NOT IN ('jobs_timeout_ms_check', 'jobs_max_attempts_check')
  LOOP
    EXECUTE pg_catalog.format('ALTER TABLE greenvue_jobs.jobs DROP CONSTRAINT %I', name);
  END LOOP;
END $$;
-- Only for ids of deleted jobs, so a new job is not in the index.
CREATE INDEX jobs_id_before ON greenvue_jobs.jobs (id) WHERE deleted_at IS NOT NULL;
DROP INDEX greenvue_jobs.jobs_any_generation;
