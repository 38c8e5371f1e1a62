-- No index contains a column that a claim changes. So a claim writes the new row version into the same page
-- and touches no index, which halves its time. Queries for claimed or running runs are rare, and scan all
-- live runs.
DROP INDEX greenvue_jobs.live_runs_node;
DROP INDEX greenvue_jobs.live_runs_running;
DROP INDEX greenvue_jobs.live_runs_due;
-- The index for claims: no held runs, ordered within each type. Claimed runs come first in it, and a claim
-- skips them.
CREATE INDEX live_runs_due ON greenvue_jobs.live_runs (type_key, available_at, id) WHERE held = 'no';
CREATE INDEX live_runs_cancel ON greenvue_jobs.live_runs (id) WHERE cancel IS NOT NULL;
-- Leaves room for claimed rows, which are longer.
ALTER TABLE greenvue_jobs.live_runs SET (fillfactor = 45);
