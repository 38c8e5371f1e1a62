-- Jobs that are made together have neighboring rows. A slot and its settlement update them all at once.
-- Half-empty pages have room for both updates, so no index changes. Existing pages fill up until they are
-- rewritten.
ALTER TABLE greenvue_jobs.jobs SET (fillfactor = 45);
