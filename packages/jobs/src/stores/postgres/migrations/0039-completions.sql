-- Runs that their handlers have completed in transactions of their own, until the engine has settled them.
-- Not in `live_runs`: other runs cost nothing.
CREATE TABLE greenvue_jobs.completions (
  run_id bigint PRIMARY KEY,
  started_at bigint NOT NULL,
  finished_at bigint NOT NULL,
  result text
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
