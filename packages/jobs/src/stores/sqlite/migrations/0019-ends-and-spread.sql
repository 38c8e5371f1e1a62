-- Schedules that end, with any kind of slots. Slots that are due a fixed time later: `next_slot_at` is the slot that is due
-- at `next_run_at`, if that is another instant. Of a CHECK, only the text changes, not what is stored: no row is copied.
ALTER TABLE jobs ADD COLUMN end_at INTEGER;
ALTER TABLE jobs ADD COLUMN max_runs INTEGER;
ALTER TABLE jobs ADD COLUMN runs_made INTEGER CHECK (runs_made IS NULL OR max_runs IS NOT NULL);
ALTER TABLE jobs ADD COLUMN spread_ms INTEGER;
ALTER TABLE jobs ADD COLUMN next_slot_at INTEGER CHECK (next_slot_at IS NULL OR next_run_at IS NOT NULL);
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql,
    'CHECK (status <> ''finished'' OR kind = ''run_at'')',
    'CHECK (status <> ''finished'' OR kind = ''run_at'' OR end_at IS NOT NULL OR max_runs IS NOT NULL)')
  WHERE name = 'jobs';
PRAGMA writable_schema = RESET;
