-- The pause of all jobs: at most one row. It stays after its end, because what was due meanwhile is not late yet.
CREATE TABLE pause_of_all (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  at INTEGER NOT NULL,
  reason TEXT,
  paused_by TEXT,
  until INTEGER,
  ended_at INTEGER
) STRICT;
