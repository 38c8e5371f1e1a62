-- Runs that may be what ends their processes: few, and looked for with each claim.
CREATE INDEX live_runs_suspects ON live_runs (available_at, id) WHERE recoveries >= 2;
