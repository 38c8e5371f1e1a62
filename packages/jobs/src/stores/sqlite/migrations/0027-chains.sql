-- Jobs whose runs start at the ends of runs of another job. `followed`: ends of the job's runs are noted, in the
-- transaction that ends them. A plan turns each note into runs, and removes it. Of a CHECK, only the text changes.
ALTER TABLE jobs ADD COLUMN after_job TEXT;
ALTER TABLE jobs ADD COLUMN after_on TEXT CHECK ((after_on IS NULL) = (after_job IS NULL));
ALTER TABLE jobs ADD COLUMN followed INTEGER;
CREATE INDEX jobs_after ON jobs (after_job) WHERE after_job IS NOT NULL;
CREATE TABLE upstream_ends (
  id INTEGER PRIMARY KEY,
  job_id TEXT NOT NULL,
  run_id INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status = 'succeeded' OR status = 'failed'),
  at INTEGER NOT NULL
) STRICT;
-- Which run's end made a run, or skipped it. Apart, because most runs have no such link.
CREATE TABLE chained_runs (
  run_id INTEGER PRIMARY KEY,
  upstream_run INTEGER NOT NULL,
  upstream_job TEXT NOT NULL
) STRICT;
CREATE INDEX chained_runs_upstream ON chained_runs (upstream_run);
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'OR kind = ''on_demand''', 'OR kind = ''on_demand'' OR kind = ''after''')
  WHERE name = 'jobs';
UPDATE sqlite_schema SET sql = replace(replace(sql, 'trigger IN (0, 1)', 'trigger BETWEEN 0 AND 2'),
    'OR reason = 500)', 'OR reason = 500 OR trigger = 2)')
  WHERE name = 'runs' OR name = 'live_runs';
PRAGMA writable_schema = RESET;
