import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { DATABASE_NAMES } from '../data-dir/replace-databases.ts';

/** What a restore changes for people. */
export interface Comparison {
  readonly lost: readonly string[];
  readonly repeated: readonly string[];
  /** What was taken back since the backup, and is valid again. */
  readonly valid: readonly string[];
}

/**
 * Compares a backup with the databases that it will replace. Throws if the replaced ones
 * can't be read.
 */
export function compareDatabases(backup: string, present: string): Comparison {
  const db = new DatabaseSync(':memory:');
  try {
    const attach = db.prepare('ATTACH ? AS ?');
    for (const name of DATABASE_NAMES) {
      const schema = name.slice(0, -'.db'.length);
      // Not read-only: SQLite then could not remove the log that it makes beside the file.
      attach.run(join(backup, name), `old_${schema}`);
      attach.run(readOnly(join(present, name)), `new_${schema}`);
    }
    const found = (sentences: Sentences) =>
      Object.entries(sentences).flatMap(([text, sql]) => {
        const count = Number(Object.values(db.prepare(sql).get() ?? {})[0]);
        return count > 0 ? [`${text}: ${count.toLocaleString('en')}`] : [];
      });
    return { lost: found(LOST), repeated: found(REPEATED), valid: found(VALID_AGAIN) };
  } finally {
    db.close();
  }
}

/** As a URI: SQLite then can't change the file. */
function readOnly(file: string): string {
  return `${pathToFileURL(file).href}?mode=ro`;
}

type Sentences = Readonly<Record<string, string>>;

/** Ids only rise, so later ones are above the counter of the backup. */
const SINCE = '> (SELECT last FROM old_jobs.counter)';

/** By the clock of this machine, as everything on SQLite. */
const NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

const LOST: Sentences = {
  'jobs created since': `SELECT count(*) FROM new_jobs.jobs WHERE uid ${SINCE} AND deleted_at IS NULL`,
  'edits of jobs since': `SELECT count(*) FROM new_jobs.jobs AS now JOIN old_jobs.jobs AS then_ USING (uid)
    WHERE now.version <> then_.version AND now.deleted_at IS NULL`,
  'deletions of jobs since': `SELECT count(*) FROM old_jobs.jobs AS then_ LEFT JOIN new_jobs.jobs AS now USING (uid)
    WHERE then_.deleted_at IS NULL AND (now.uid IS NULL OR now.deleted_at IS NOT NULL)`,
  'runs since': `SELECT (SELECT count(*) FROM new_jobs.runs WHERE id ${SINCE}) +
    (SELECT count(*) FROM new_jobs.live_runs WHERE id ${SINCE})`,
  'accounts created since': missing('users'),
  'API tokens created since': missing('api_tokens'),
  'listings created since': missing('listings'),
  'notifications created since': missing('notifications'),
};

const REPEATED: Sentences = {
  'runs that have ended since':
    'SELECT count(*) FROM old_jobs.live_runs WHERE id NOT IN (SELECT id FROM new_jobs.live_runs)',
  'mails that were sent since': `SELECT count(*) FROM old_app.notifications AS then_
    JOIN new_app.notifications AS now USING (id) WHERE then_.status <> 'sent' AND now.status = 'sent'`,
};

const VALID_AGAIN: Sentences = {
  'revoked API tokens': `SELECT count(*) FROM old_app.api_tokens AS then_
    LEFT JOIN new_app.api_tokens AS now USING (id)
    WHERE then_.revoked_at IS NULL AND then_.expires_at > ${NOW} AND (now.id IS NULL OR now.revoked_at IS NOT NULL)`,
  'disabled accounts': `SELECT count(*) FROM old_app.users AS then_ JOIN new_app.users AS now USING (id)
    WHERE then_.disabled_at IS NULL AND now.disabled_at IS NOT NULL`,
  'earlier passwords': `SELECT count(*) FROM old_app.users AS then_ JOIN new_app.users AS now USING (id)
    WHERE then_.password_hash <> now.password_hash`,
  'ended sessions': `SELECT count(*) FROM old_app.sessions
    WHERE expires_at > ${NOW} AND id NOT IN (SELECT id FROM new_app.sessions)`,
};

function missing(table: string): string {
  return `SELECT count(*) FROM new_app.${table} WHERE id NOT IN (SELECT id FROM old_app.${table})`;
}
