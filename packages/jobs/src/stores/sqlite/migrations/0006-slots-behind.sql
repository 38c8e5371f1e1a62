-- Whether a slot was planned while other runs were due: those may be claimed ahead of them. Null: it was not.
ALTER TABLE live_runs ADD COLUMN is_behind INTEGER;
CREATE INDEX live_runs_behind ON live_runs (available_at, id) WHERE is_behind = 1;
