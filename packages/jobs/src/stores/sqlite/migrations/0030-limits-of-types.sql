-- Limits of job types. Instead of the key of its type, a live run of such a type has the key of its group, which is
-- below -1,000,000,000. So claims of its type do not see it. A group has one key for each version and priority.
CREATE TABLE type_limits (
  type TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  -- JSON: `running`, `rate` and `per`. An empty object: none.
  limits TEXT NOT NULL,
  -- Live runs may be in groups of earlier limits.
  regrouping INTEGER NOT NULL CHECK (regrouping IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE TABLE limit_groups (
  id INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  -- The value of `per` as JSON, or '' for the runs without one.
  value TEXT NOT NULL,
  -- JSON: instants of starts with their numbers, for the rate.
  starts TEXT NOT NULL DEFAULT '[]',
  -- When a claim last looked at it, up to 15 minutes too early, and not before its last start. 0: none has.
  used_at INTEGER NOT NULL DEFAULT 0,
  UNIQUE (type, value)
) STRICT;
CREATE INDEX limit_groups_used ON limit_groups (used_at);
CREATE TABLE limit_keys (
  key INTEGER PRIMARY KEY CHECK (key < -1000000000),
  group_id INTEGER NOT NULL REFERENCES limit_groups (id),
  type_key INTEGER NOT NULL REFERENCES job_types (key),
  -- When a claim has to look at its waiting runs.
  look_at INTEGER,
  -- The start order of the first of these runs: a claim looks at the lowest ones first.
  since INTEGER,
  UNIQUE (group_id, type_key),
  CHECK ((look_at IS NULL) = (since IS NULL))
) STRICT;
CREATE INDEX limit_keys_look ON limit_keys (type_key, look_at, since) WHERE look_at IS NOT NULL;
-- Finds looks that are too late, because the clock was set back. Few looks are this much after their runs.
CREATE INDEX limit_keys_held ON limit_keys (type_key, look_at) WHERE look_at > since + 150000;
CREATE INDEX live_runs_of_groups ON live_runs (type_key, node) WHERE type_key < -1000000000;
