-- A channel that is off hears of nothing. Null: it is on.
ALTER TABLE greenvue_jobs.alert_channels ADD COLUMN is_off integer;
