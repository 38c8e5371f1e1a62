-- What failure budgets and expectations are judged by. Null for a job that has none.
-- `recent_failures`: the outcomes of the last runs as bits; the lowest is the newest, and 1 is a failure.
ALTER TABLE jobs ADD COLUMN recent_failures INTEGER;
ALTER TABLE jobs ADD COLUMN last_success_end_at INTEGER;
ALTER TABLE jobs ADD COLUMN last_took_ms INTEGER;
-- When the last pause ended.
ALTER TABLE jobs ADD COLUMN resumed_at INTEGER;
