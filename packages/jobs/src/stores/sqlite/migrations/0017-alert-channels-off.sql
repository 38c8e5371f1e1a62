-- A channel that is off hears of nothing. Null: it is on.
ALTER TABLE alert_channels ADD COLUMN is_off INTEGER;
