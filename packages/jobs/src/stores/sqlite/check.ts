import { type Database, openForReading } from './database.ts';

/** Throws unless the tables of the live work can be read on this connection. */
export function checkTables(db: Database): void {
  for (const sql of [A_JOB, A_LIVE_RUN]) db.statement(sql).get();
}

/**
 * Throws unless there is such a database in the file now. A connection that is open would not notice: it
 * keeps pages in memory, and goes on with a file that was removed.
 */
export function checkFile(file: string): void {
  const db = openForReading(file);
  try {
    checkTables(db);
  } finally {
    db.close();
  }
}

const A_JOB = 'SELECT uid FROM jobs LIMIT 1';
const A_LIVE_RUN = 'SELECT id FROM live_runs LIMIT 1';
