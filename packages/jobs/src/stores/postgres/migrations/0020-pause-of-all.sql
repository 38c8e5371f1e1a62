-- The pause of all jobs: at most one row. It stays after its end, because what was due meanwhile is not late yet.
CREATE TABLE greenvue_jobs.pause_of_all (
  one integer PRIMARY KEY CHECK (one = 1),
  at bigint NOT NULL,
  reason text,
  paused_by text,
  until bigint,
  ended_at bigint
);
