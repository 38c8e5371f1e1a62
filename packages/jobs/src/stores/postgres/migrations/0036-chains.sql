-- Jobs whose runs start at the ends of runs of another job. `followed`: ends of the job's runs are noted, in the
-- transaction that ends them. A plan turns each note into runs, and removes it.
ALTER TABLE greenvue_jobs.jobs ADD COLUMN after_job text;
ALTER TABLE greenvue_jobs.jobs ADD COLUMN after_on text;
ALTER TABLE greenvue_jobs.jobs ADD COLUMN followed integer;
CREATE INDEX jobs_after ON greenvue_jobs.jobs (after_job) WHERE after_job IS NOT NULL;
CREATE TABLE greenvue_jobs.upstream_ends (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id text NOT NULL,
  run_id bigint NOT NULL,
  status text NOT NULL,
  at bigint NOT NULL
);
-- Which run's end made a run, or skipped it. Apart, because most runs have no such link.
CREATE TABLE greenvue_jobs.chained_runs (
  run_id bigint PRIMARY KEY,
  upstream_run bigint NOT NULL,
  upstream_job text NOT NULL
);
CREATE INDEX chained_runs_upstream ON greenvue_jobs.chained_runs (upstream_run);
