-- Commands on many jobs or runs. `node`: the node that runs it. `record`: how far it is, as JSON. `cancel_at`: when somebody asked to cancel it.
CREATE TABLE greenvue_jobs.bulk_commands (
  id bigint PRIMARY KEY,
  node text NOT NULL,
  scope text,
  cancel_at bigint,
  cancel_by text,
  record text NOT NULL
);
