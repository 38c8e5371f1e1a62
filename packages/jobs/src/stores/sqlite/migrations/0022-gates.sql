-- Jobs whose slots get a run only while another job has succeeded recently.
ALTER TABLE jobs ADD COLUMN gate_job TEXT;
ALTER TABLE jobs ADD COLUMN gate_within_ms INTEGER CHECK ((gate_within_ms IS NULL) = (gate_job IS NULL));
CREATE INDEX jobs_gate ON jobs (gate_job) WHERE gate_job IS NOT NULL;
