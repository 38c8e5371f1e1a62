-- 1 for a slot that no claim took as the plan made it. A claim may take such slots before runs that were due earlier.
ALTER TABLE live_runs ADD COLUMN made_unclaimed INTEGER;
CREATE INDEX live_runs_unclaimed_slots ON live_runs (available_at, id) WHERE made_unclaimed = 1;
