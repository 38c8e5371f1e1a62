-- Schedules that are recurrence rules: `kind` is `rrule`.
ALTER TABLE greenvue_jobs.jobs ADD COLUMN rrule text;
