-- True for a slot that waits for a claim: its plan did not claim it, or it was put back. A claim may take
-- such slots before runs that were due earlier.
ALTER TABLE greenvue_jobs.live_runs ADD COLUMN slot_has_waited boolean;
-- With the same expressions as in claims, like the index of suspects, so that the planner cannot use the due
-- index instead.
CREATE INDEX live_runs_unclaimed_slots ON greenvue_jobs.live_runs ((type_key + 0), available_at, id)
  WHERE slot_has_waited AND held || '' = 'no';
