-- The newest changes of a job or run. Commands, and the ends of runs that pause their job, wait while the index
-- is built, about a second for a million rows.
-- A migration is a transaction, in which an index can't be built CONCURRENTLY.
CREATE INDEX audit_target ON greenvue_jobs.audit (target, at, id);
