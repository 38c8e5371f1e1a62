-- Where alerts go, and how fast each channel is told. `config`: JSON, by kind. `conditions`: a JSON array; null: all.
CREATE TABLE alert_channels (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  config TEXT NOT NULL,
  all_jobs INTEGER NOT NULL,
  conditions TEXT,
  created_by TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  window_from INTEGER,
  window_sent INTEGER NOT NULL DEFAULT 0,
  busy_until INTEGER,
  last_sent_at INTEGER,
  last_error TEXT
) STRICT, WITHOUT ROWID;

-- The outbox: a row for each alert and channel. `message`: what it was sent in; several rows share a digest.
CREATE TABLE alert_deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  channel TEXT NOT NULL,
  condition TEXT NOT NULL,
  job_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  alert TEXT NOT NULL,
  status TEXT NOT NULL,
  message TEXT,
  tries INTEGER NOT NULL,
  due_at INTEGER,
  error TEXT,
  settled_at INTEGER
) STRICT;
CREATE INDEX alert_deliveries_fresh ON alert_deliveries (channel, id) WHERE status = 'pending' AND message IS NULL;
CREATE INDEX alert_deliveries_retried ON alert_deliveries (channel, due_at)
  WHERE status = 'pending' AND message IS NOT NULL;
CREATE INDEX alert_deliveries_message ON alert_deliveries (message) WHERE status <> 'sent';
CREATE INDEX alert_deliveries_undeliverable ON alert_deliveries (channel, id) WHERE status = 'undeliverable';

-- Conditions that last, and were told.
CREATE TABLE alert_conditions (
  job_id TEXT NOT NULL,
  condition TEXT NOT NULL,
  told_at INTEGER NOT NULL,
  PRIMARY KEY (job_id, condition)
) STRICT, WITHOUT ROWID;

-- Which node looks for such conditions: the one that moved this instant last.
CREATE TABLE alert_watch (one INTEGER PRIMARY KEY CHECK (one = 1), until INTEGER NOT NULL) STRICT;
