-- True for a slot that no claim took as the plan made it. A claim may take such slots before runs that were due earlier.
ALTER TABLE greenvue_jobs.live_runs ADD COLUMN made_unclaimed boolean;
-- By an expression, as for suspects.
CREATE INDEX live_runs_unclaimed_slots ON greenvue_jobs.live_runs ((type_key + 0), available_at, id) WHERE made_unclaimed;
