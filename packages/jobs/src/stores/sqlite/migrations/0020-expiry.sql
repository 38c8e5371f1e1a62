-- Runs that are skipped if they have not started by `expires_at`. A run by hand has no slot, and may expire, too.
-- Of a CHECK, only the text changes, not what is stored: no row is copied.
ALTER TABLE jobs ADD COLUMN expire_after_ms INTEGER;
ALTER TABLE live_runs ADD COLUMN expires_at INTEGER;
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql,
    'AND scheduled_for IS NOT NULL AND started_at IS NULL', 'AND (scheduled_for IS NOT NULL OR reason = 500) AND started_at IS NULL')
  WHERE name = 'runs';
PRAGMA writable_schema = RESET;
