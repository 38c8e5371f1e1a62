-- Definitions that an edit replaced. `definition`: JSON without the payload. The current definition is in `jobs`.
CREATE TABLE greenvue_jobs.job_versions (
  job_uid bigint NOT NULL,
  version integer NOT NULL,
  definition text NOT NULL,
  payload text NOT NULL,
  made_at bigint NOT NULL,
  replaced_at bigint NOT NULL,
  replaced_by text,
  PRIMARY KEY (job_uid, version)
);
