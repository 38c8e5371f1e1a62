-- True for a slot that has waited for a claim: none took it as the plan made it, or it was put back. A claim may take such slots before runs
-- that were due earlier.
ALTER TABLE greenvue_jobs.live_runs ADD COLUMN slot_has_waited boolean;
-- By expressions, as for suspects: claims ask for exactly these, so that the index of due runs can't serve them.
CREATE INDEX live_runs_unclaimed_slots ON greenvue_jobs.live_runs ((type_key + 0), available_at, id)
  WHERE slot_has_waited AND held || '' = 'no';
