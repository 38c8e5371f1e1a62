-- Runs that may be what ends their processes: few, and looked for with each claim. By an expression, so that no other index can serve that
-- look: while the server knows little of the rows, it would read all that is due. Whether they are claimed is no part of it: no index holds
-- what a claim changes.
CREATE INDEX live_runs_suspects ON greenvue_jobs.live_runs ((type_key + 0), available_at, id) WHERE recoveries >= 2;
