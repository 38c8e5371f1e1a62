-- Commands on many jobs or runs. `node`: the node that runs it. `record`: how far it is, as JSON. `cancel_at`: when somebody asked to cancel it.
CREATE TABLE bulk_commands (
  id INTEGER PRIMARY KEY,
  node TEXT NOT NULL,
  scope TEXT,
  cancel_at INTEGER,
  cancel_by TEXT,
  record TEXT NOT NULL
) STRICT;
