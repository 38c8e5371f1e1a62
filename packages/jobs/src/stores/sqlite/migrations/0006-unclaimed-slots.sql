-- 1 for a slot that has waited for a claim: none took it as the plan made it, or it was put back. A claim may take such slots before runs
-- that were due earlier.
ALTER TABLE live_runs ADD COLUMN slot_has_waited INTEGER;
CREATE INDEX live_runs_unclaimed_slots ON live_runs (type_key, available_at, id) WHERE slot_has_waited = 1 AND held = 0;
