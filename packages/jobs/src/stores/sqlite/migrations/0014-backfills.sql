-- Requests to run past slots. `from_at`, `to_at`: the window, without its end.
CREATE TABLE backfills (
  id INTEGER PRIMARY KEY,
  job_uid INTEGER NOT NULL,
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL,
  only_missing INTEGER NOT NULL CHECK (only_missing IN (0, 1)),
  slots INTEGER NOT NULL CHECK (slots > 0),
  created_at INTEGER NOT NULL,
  created_by TEXT,
  cancelled_at INTEGER
) STRICT;
CREATE INDEX backfills_job ON backfills (job_uid);
-- Their slots. `taken_at`: when the run was made, which is its `queued_at`. `ended`: the status of a run that was pruned.
CREATE TABLE backfill_slots (
  backfill_id INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  job_uid INTEGER NOT NULL,
  taken_at INTEGER,
  ended TEXT,
  PRIMARY KEY (backfill_id, slot)
) STRICT, WITHOUT ROWID;
-- A slot waits in one backfill at most.
CREATE UNIQUE INDEX backfill_slots_to_come ON backfill_slots (job_uid, slot) WHERE taken_at IS NULL;
CREATE INDEX backfill_slots_taken ON backfill_slots (job_uid, slot) WHERE taken_at IS NOT NULL;
-- How many slots of a job wait in backfills. Null: none.
ALTER TABLE jobs ADD COLUMN backfill_left INTEGER;
