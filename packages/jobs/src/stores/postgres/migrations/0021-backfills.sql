-- Requests to run past slots. `from_at`, `to_at`: the window, without its end.
CREATE TABLE greenvue_jobs.backfills (
  id bigint PRIMARY KEY,
  job_uid bigint NOT NULL,
  from_at bigint NOT NULL,
  to_at bigint NOT NULL,
  only_missing integer NOT NULL CHECK (only_missing IN (0, 1)),
  slots bigint NOT NULL CHECK (slots > 0),
  created_at bigint NOT NULL,
  created_by text,
  cancelled_at bigint
);
CREATE INDEX backfills_job ON greenvue_jobs.backfills (job_uid);
-- Their slots. `taken_at`: when the run was made, which is its `queued_at`. `ended`: the status of a run that was pruned.
CREATE TABLE greenvue_jobs.backfill_slots (
  backfill_id bigint NOT NULL,
  slot bigint NOT NULL,
  job_uid bigint NOT NULL,
  taken_at bigint,
  ended text,
  PRIMARY KEY (backfill_id, slot)
);
-- A slot waits in one backfill at most.
CREATE UNIQUE INDEX backfill_slots_to_come ON greenvue_jobs.backfill_slots (job_uid, slot) WHERE taken_at IS NULL;
CREATE INDEX backfill_slots_taken ON greenvue_jobs.backfill_slots (job_uid, slot) WHERE taken_at IS NOT NULL;
-- How many slots of a job wait in backfills. Null: none.
ALTER TABLE greenvue_jobs.jobs ADD COLUMN backfill_left bigint;
