-- Stored secrets. `sealed`: AES-256-GCM under a key that the database does not have.
CREATE TABLE greenvue_jobs.secrets (
  name text COLLATE "C" PRIMARY KEY,
  sealed text NOT NULL,
  created_by text,
  created_at bigint NOT NULL,
  updated_by text,
  updated_at bigint NOT NULL
);

-- A finished run never changes, but that its secrets are sealed with another key.
CREATE OR REPLACE FUNCTION greenvue_jobs.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'runs' AND TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'payload' = to_jsonb(OLD) - 'payload' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% never changes', TG_TABLE_NAME;
END $$;
