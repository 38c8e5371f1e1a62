-- Whether a slot was planned while other runs were due: those may be claimed ahead of them. Null: it was not.
ALTER TABLE greenvue_jobs.live_runs ADD COLUMN is_behind boolean;
-- By an expression, as for suspects.
CREATE INDEX live_runs_behind ON greenvue_jobs.live_runs ((type_key + 0), available_at, id) WHERE is_behind;
