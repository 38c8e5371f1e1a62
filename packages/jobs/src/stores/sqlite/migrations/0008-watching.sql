-- How a job is labelled and watched. Null for a job that uses none of it. `tags` and `alerts`: JSON arrays of text.
ALTER TABLE jobs ADD COLUMN tags TEXT;
ALTER TABLE jobs ADD COLUMN pause_failures INTEGER;
ALTER TABLE jobs ADD COLUMN pause_of_last INTEGER;
ALTER TABLE jobs ADD COLUMN expect_success_ms INTEGER;
ALTER TABLE jobs ADD COLUMN expect_duration_ms INTEGER;
ALTER TABLE jobs ADD COLUMN expect_start_ms INTEGER;
ALTER TABLE jobs ADD COLUMN alerts TEXT;
ALTER TABLE jobs ADD COLUMN ping_url TEXT;
