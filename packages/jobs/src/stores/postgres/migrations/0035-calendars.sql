-- Windows of time with a name and a time zone. `windows`: JSON.
CREATE TABLE greenvue_jobs.calendars (
  id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  timezone text NOT NULL,
  windows text NOT NULL,
  created_by text,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);

-- Jobs whose slots a calendar skips or moves. While it skips one, `next_slot_at` is that slot, and a later one is due at
-- `next_run_at`, if any is.
ALTER TABLE greenvue_jobs.jobs ADD COLUMN calendar_id text COLLATE "C";
ALTER TABLE greenvue_jobs.jobs ADD COLUMN calendar_mode text;
CREATE INDEX jobs_calendar ON greenvue_jobs.jobs (calendar_id) WHERE calendar_id IS NOT NULL AND deleted_at IS NULL;
