-- Where alerts go, and how fast each channel is told. `config`: JSON, by kind. `conditions`: a JSON array; null: all.
CREATE TABLE greenvue_jobs.alert_channels (
  id text PRIMARY KEY,
  kind text NOT NULL,
  config text NOT NULL,
  all_jobs integer NOT NULL,
  conditions text,
  created_by text,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  window_from bigint,
  window_sent integer NOT NULL DEFAULT 0,
  busy_until bigint,
  last_sent_at bigint,
  last_error text
);

-- The outbox: a row for each alert and channel. `message`: what it was sent in; several rows share a digest.
CREATE TABLE greenvue_jobs.alert_deliveries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel text NOT NULL,
  condition text NOT NULL,
  job_id text NOT NULL,
  at bigint NOT NULL,
  alert text NOT NULL,
  status text NOT NULL,
  message text,
  tries integer NOT NULL,
  due_at bigint,
  error text,
  settled_at bigint
);
CREATE INDEX alert_deliveries_fresh ON greenvue_jobs.alert_deliveries (channel, id) WHERE status = 'pending' AND message IS NULL;
CREATE INDEX alert_deliveries_retried ON greenvue_jobs.alert_deliveries (channel, due_at)
  WHERE status = 'pending' AND message IS NOT NULL;
CREATE INDEX alert_deliveries_message ON greenvue_jobs.alert_deliveries (message) WHERE status <> 'sent';
CREATE INDEX alert_deliveries_undeliverable ON greenvue_jobs.alert_deliveries (channel, id) WHERE status = 'undeliverable';

-- Conditions that last, and were told.
CREATE TABLE greenvue_jobs.alert_conditions (
  job_id text NOT NULL,
  condition text NOT NULL,
  told_at bigint NOT NULL,
  PRIMARY KEY (job_id, condition)
);

-- Which node looks for such conditions: the one that moved this instant last.
CREATE TABLE greenvue_jobs.alert_watch (one integer PRIMARY KEY CHECK (one = 1), until bigint NOT NULL);
