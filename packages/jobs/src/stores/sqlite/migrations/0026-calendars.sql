-- Windows of time with a name and a time zone. `windows`: JSON.
CREATE TABLE calendars (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  timezone TEXT NOT NULL,
  windows TEXT NOT NULL CHECK (json_valid(windows)),
  created_by TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Jobs whose slots a calendar skips or moves. While it skips one, `next_slot_at` is that slot, and a later one is due at
-- `next_run_at`, if any is. Of a CHECK, only the text changes, not what is stored: no row is copied.
ALTER TABLE jobs ADD COLUMN calendar_id TEXT;
ALTER TABLE jobs ADD COLUMN calendar_mode TEXT CHECK ((calendar_mode IS NULL) = (calendar_id IS NULL));
CREATE INDEX jobs_calendar ON jobs (calendar_id) WHERE calendar_id IS NOT NULL AND deleted_at IS NULL;
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql,
    'CHECK (next_slot_at IS NULL OR next_run_at IS NOT NULL)',
    'CHECK (next_slot_at IS NULL OR next_run_at IS NOT NULL OR calendar_id IS NOT NULL)')
  WHERE name = 'jobs';
PRAGMA writable_schema = RESET;
