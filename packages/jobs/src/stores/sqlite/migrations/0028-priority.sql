-- Runs with a priority other than normal are apart in the due index: under keys of their own, below zero. `of_type`:
-- the type with such a key. A key of a type of normal priority has none.
ALTER TABLE jobs ADD COLUMN priority TEXT CHECK (priority IS NULL OR priority = 'high' OR priority = 'low');
ALTER TABLE job_types ADD COLUMN of_type TEXT CHECK ((of_type IS NULL) = (key > 0));
