-- `id`: of the database, from its first start on. `closed`: there while no process has it open and the last one closed it in order.
CREATE TABLE info (
  key   TEXT PRIMARY KEY CHECK (key IN ('id', 'closed')),
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
