-- Jobs whose slots get a run only while another job has succeeded recently.
ALTER TABLE greenvue_jobs.jobs ADD COLUMN gate_job text;
ALTER TABLE greenvue_jobs.jobs ADD COLUMN gate_within_ms bigint;
CREATE INDEX jobs_gate ON greenvue_jobs.jobs (gate_job) WHERE gate_job IS NOT NULL;
