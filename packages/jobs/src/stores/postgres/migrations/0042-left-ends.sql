-- The only job that has not taken an end: it has options that the node which took the end does not know.
ALTER TABLE greenvue_jobs.upstream_ends ADD COLUMN follower bigint;
-- Ends that wait for a newer node are not in the way of others, however many there are.
CREATE INDEX upstream_ends_noted ON greenvue_jobs.upstream_ends (id) WHERE follower IS NULL;
