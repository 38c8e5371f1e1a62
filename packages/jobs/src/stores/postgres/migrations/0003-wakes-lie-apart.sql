-- The wake times of jobs, in narrow rows with the index for due jobs. So a slot updates the job's row within
-- its page, and touches no index for lists. `jobs.wake_at` stays the source; triggers copy it, whichever
-- version writes.

-- Without a lock, the triggers would miss what an older node writes between the copy and their creation. This
-- is the lock that DROP INDEX needs: an upgrade from a weaker lock could deadlock.
LOCK TABLE greenvue_jobs.jobs IN ACCESS EXCLUSIVE MODE;
CREATE TABLE greenvue_jobs.job_wakes (
  job_uid bigint PRIMARY KEY,
  type_key integer NOT NULL,
  wake_at bigint
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
INSERT INTO greenvue_jobs.job_wakes (job_uid, type_key, wake_at) SELECT uid, type_key, wake_at FROM greenvue_jobs.jobs;
CREATE INDEX job_wakes_due ON greenvue_jobs.job_wakes (type_key, wake_at, job_uid) WHERE wake_at IS NOT NULL;
DROP INDEX greenvue_jobs.jobs_wake;

-- Runs as its owner, so that roles that write jobs need no rights on this table. A session plans its
-- statements once, when the table may be almost empty, so the settings force index plans.
CREATE FUNCTION greenvue_jobs.follow_wakes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  CASE TG_OP
    WHEN 'INSERT' THEN
      INSERT INTO greenvue_jobs.job_wakes (job_uid, type_key, wake_at) SELECT uid, type_key, wake_at FROM written;
    WHEN 'UPDATE' THEN
      UPDATE greenvue_jobs.job_wakes AS wakes SET type_key = written.type_key, wake_at = written.wake_at FROM written
        WHERE wakes.job_uid = written.uid AND (wakes.wake_at IS DISTINCT FROM written.wake_at OR wakes.type_key <> written.type_key);
    ELSE
      DELETE FROM greenvue_jobs.job_wakes USING written WHERE job_wakes.job_uid = written.uid;
  END CASE;
  RETURN NULL;
END $$;
CREATE TRIGGER jobs_wakes_inserted AFTER INSERT ON greenvue_jobs.jobs REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION greenvue_jobs.follow_wakes();
CREATE TRIGGER jobs_wakes_updated AFTER UPDATE ON greenvue_jobs.jobs REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION greenvue_jobs.follow_wakes();
CREATE TRIGGER jobs_wakes_deleted AFTER DELETE ON greenvue_jobs.jobs REFERENCING OLD TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION greenvue_jobs.follow_wakes();
