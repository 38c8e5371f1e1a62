-- Runs with a priority other than normal are apart in the due index: under keys of their own, below zero.
-- `of_type`: the type with such a key. A key of a type of normal priority has none. Its `type` is no name of
-- a type, so nodes of earlier versions claim no such run.
ALTER TABLE greenvue_jobs.jobs ADD COLUMN priority text;
ALTER TABLE greenvue_jobs.job_types ADD COLUMN of_type text;
