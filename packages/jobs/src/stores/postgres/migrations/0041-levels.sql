-- The level of the options of jobs with this key: 0, or the level at which this library got to know an option of
-- them. A key above level 0 has the type in `of_type`. Its `type` is no name of a type, so nodes that do not know
-- the option plan and claim no such job.
ALTER TABLE greenvue_jobs.job_types ADD COLUMN level integer NOT NULL DEFAULT 0;
