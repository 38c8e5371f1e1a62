-- A slot and its settlement write the rows of jobs that were made together, and so lie together, all at once: in pages that are half
-- empty each finds room beside itself, and no index is touched. Pages that are there already fill as before until they are written anew.
ALTER TABLE greenvue_jobs.jobs SET (fillfactor = 45);
