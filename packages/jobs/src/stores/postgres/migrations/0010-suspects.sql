-- Suspects are few, and each claim looks for them. The index contains an expression, so that the planner
-- cannot use the due index instead and read all due runs. It does not contain whether a run is claimed,
-- because a claim changes that.
CREATE INDEX live_runs_suspects ON greenvue_jobs.live_runs ((type_key + 0), available_at, id) WHERE recoveries >= 2;
