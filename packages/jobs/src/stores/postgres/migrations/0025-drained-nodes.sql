-- Where a node runs, and whether it was drained, as JSON: since when and by whom. Nodes of older versions write neither.
ALTER TABLE greenvue_jobs.nodes ADD COLUMN host text, ADD COLUMN pid integer, ADD COLUMN drain text;
