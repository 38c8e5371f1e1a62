-- What attempts save for the next attempt of their run. Not in `live_runs`: other runs cost nothing.
CREATE TABLE greenvue_jobs.checkpoints (
  run_id bigint PRIMARY KEY,
  fence bigint NOT NULL,
  seq bigint NOT NULL,
  input text NOT NULL,
  saved_at bigint NOT NULL,
  content text NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
