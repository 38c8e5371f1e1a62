-- Failed runs by time, with all that counting them by error needs, and by error. They begin empty, but each
-- reads the table once; meanwhile nodes keep the results of runs in memory.
CREATE INDEX runs_failed ON greenvue_jobs.runs (finished_at, fingerprint, job_uid, id) WHERE fingerprint IS NOT NULL;
CREATE INDEX runs_fingerprint ON greenvue_jobs.runs (fingerprint, id) WHERE fingerprint IS NOT NULL;
