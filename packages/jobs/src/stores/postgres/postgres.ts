import { checkOptions } from '../../core/input/check-options.ts';
import { NO_FAULTS } from '../../core/input/fault.ts';
import { alsoNamed, finiteNumber, type Rule, required, wholeNumber } from '../../core/input/rule.ts';
import { shape } from '../../core/input/shape.ts';
import type { JobStore } from '../../core/store/store.ts';
import { createSystemClock } from '../../system-clock.ts';
import { createPostgresStore, type PostgresOptions } from './store.ts';

/** Fails without the URL: it contains a password. */
const url: Rule = {
  what: 'a URL that begins with postgres://, such as postgres://user:password@host:5432/database. Escape special characters of the password, such as # as %23',
  faults: (value) => (isUrl(value) ? NO_FAULTS : [{ pointer: '', detail: `must be ${url.what}` }]),
};

/** As `pg` reads it: also the folder of a socket, and a URL without a host. */
function isUrl(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > 4_096) return false;
  if (/^(?:\/|socket:)/.test(value)) return true;
  return /^postgres(?:ql)?:\/\//i.test(value) && URL.canParse(value.replace('@/', '@host/'));
}

const optionRules = required(
  shape<PostgresOptions>('a URL, or options such as { url: "postgres://…" }', {
    url: required(alsoNamed(url, 'connectionString', 'uri')),
    directUrl: url,
    maxStallMs: finiteNumber({ min: 0 }, ' of ms'),
    connections: alsoNamed(wholeNumber({ min: 3 }), 'max', 'poolSize'),
    maxLiveRuns: wholeNumber({ min: 4 }),
    maxRunsPutOff: wholeNumber({ min: 4 }),
  }),
);

/**
 * The store in PostgreSQL, for one process or several: `postgres('postgres://user:password@host/database')`,
 * or options with that `url`. It creates the schema `greenvue_jobs` in the database, and updates it.
 */
export function postgres(options: string | PostgresOptions): JobStore {
  const given = typeof options === 'string' ? { url: options } : options;
  checkOptions('postgres', optionRules, given);
  return createPostgresStore({ ...given, clock: createSystemClock() });
}
