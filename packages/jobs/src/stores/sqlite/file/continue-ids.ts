import { DatabaseSync } from 'node:sqlite';
import { lowestIdAt, PER_MS } from '../writer/keys/ids.ts';
import { resolveDatabaseFile } from './database-file.ts';

export interface ContinueIdsOptions {
  /** The copy. No process has it open, and its schema is up to date. */
  readonly file: string;
  /** The database that the copy replaces; undefined if it is gone. */
  readonly replaced: string | undefined;
  /** The current time, in ms since 1970. */
  readonly now: number;
}

/**
 * Makes an older copy of a database, such as a backup, continue above all run ids, job uids and fences that
 * the replaced database has given. A handler of a lost run could otherwise settle a new run with its id. If
 * the replaced database can't be read, ids continue above the clock.
 */
export function continueIds({ file, replaced, now }: ContinueIdsOptions): void {
  const db = new DatabaseSync(resolveDatabaseFile(file).name, { timeout: 1_000 });
  try {
    const tick = lowestIdAt(now);
    const given = [readCounter(db), ...(replaced === undefined ? [] : givenBy(replaced))];
    const last = Math.max(tick, ...given.map((each) => each.last));
    const leadMs = Math.max(Math.ceil((last - tick) / PER_MS), ...given.map((each) => each.leadMs));
    db.prepare('UPDATE counter SET last = ?, lead_ms = ?').run(last, leadMs);
  } finally {
    db.close();
  }
}

interface Counter {
  readonly last: number;
  readonly leadMs: number;
}

/** Empty if the database can't be read. */
function givenBy(file: string): readonly Counter[] {
  try {
    const db = new DatabaseSync(resolveDatabaseFile(file).name, { readOnly: true, timeout: 1_000 });
    try {
      return [readCounter(db)];
    } finally {
      db.close();
    }
  } catch {
    return [];
  }
}

function readCounter(db: DatabaseSync): Counter {
  const found = db.prepare('SELECT last, lead_ms FROM counter').get();
  return { last: Number(found?.last), leadMs: Number(found?.lead_ms) };
}
