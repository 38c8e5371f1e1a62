import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { DiskFact } from './disk-load.ts';

/** The facts that are no longer true in a data folder. */
export function lostFacts(dataDir: string, facts: readonly DiskFact[]): readonly DiskFact[] {
  const jobs = read(join(dataDir, 'jobs.db'), 'SELECT id, name FROM jobs WHERE deleted_at IS NULL');
  const runs = read(join(dataDir, 'jobs.db'), 'SELECT id FROM runs UNION ALL SELECT id FROM live_runs');
  const mails = read(join(dataDir, 'app.db'), 'SELECT id FROM notifications');
  const isLost = (fact: DiskFact): boolean => {
    switch (fact.kind) {
      case 'run':
        return !runs.has(fact.id);
      case 'job':
        return !jobs.has(fact.id);
      case 'mail':
        return !mails.has(fact.id);
      case 'name':
        return Number(jobs.get(fact.id)) !== fact.name;
      default:
        return fact satisfies never;
    }
  };
  return facts.filter(isLost);
}

/** The rows of a query by `id`. */
function read(file: string, sql: string): ReadonlyMap<string, unknown> {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
  try {
    return new Map(
      db
        .prepare(sql)
        .all()
        .map(({ id, name }) => [String(id), name]),
    );
  } finally {
    db.close();
  }
}
