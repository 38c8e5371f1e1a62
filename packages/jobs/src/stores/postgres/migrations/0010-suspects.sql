-- Runs that may be what ends their processes: few, and looked for with each claim. Whether they are claimed is no part of it: no index
-- holds what a claim changes.
CREATE INDEX live_runs_suspects ON greenvue_jobs.live_runs (available_at) WHERE recoveries >= 2;
