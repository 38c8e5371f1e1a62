-- Schedules that are recurrence rules. Of a CHECK, only the text changes, not what is stored: no row is copied.
ALTER TABLE jobs ADD COLUMN rrule TEXT CHECK ((kind = 'rrule') = (rrule IS NOT NULL));
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(replace(sql,
    'OR kind = ''run_at'' OR kind = ''on_demand'')', 'OR kind = ''run_at'' OR kind = ''on_demand'' OR kind = ''rrule'')'),
    'CHECK ((kind = ''cron'') = (timezone IS NOT NULL))', 'CHECK ((kind = ''cron'' OR kind = ''rrule'') = (timezone IS NOT NULL))'),
    'CHECK (start_at IS NULL OR kind = ''interval'' OR kind = ''cron'')',
    'CHECK (start_at IS NULL OR kind = ''interval'' OR kind = ''cron'' OR kind = ''rrule'')')
  WHERE name = 'jobs';
PRAGMA writable_schema = RESET;
