-- The release of a node, and the ids of the jobs that its program declares, as JSON. Nodes of older versions write neither.
ALTER TABLE greenvue_jobs.nodes ADD COLUMN release bigint, ADD COLUMN declares text;
