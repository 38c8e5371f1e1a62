-- What attempts save for the next attempt of their run. Not in `live_runs`: other runs cost nothing.
CREATE TABLE checkpoints (
  run_id INTEGER PRIMARY KEY,
  fence INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  input TEXT NOT NULL,
  saved_at INTEGER NOT NULL,
  content TEXT NOT NULL
) STRICT;
