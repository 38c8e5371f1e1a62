import { checkOptions } from '../../core/input/check-options.ts';
import { required, text } from '../../core/input/rule.ts';
import { shape } from '../../core/input/shape.ts';
import type { JobStore } from '../../core/store/store.ts';
import { createSystemClock } from '../../system-clock.ts';
import { createSqliteStore, type SqliteOptions } from './store.ts';

interface Arguments {
  readonly file: string;
  readonly options: SqliteOptions;
}

const argumentRules = shape<Arguments>('a file and options', {
  file: required(text({ min: 1, max: 4_096, like: 'jobs.db' })),
  options: required(
    shape<SqliteOptions>('options such as { databaseId: "main" }', {
      databaseId: text({ min: 1, max: 200 }),
    }),
  ),
});

/**
 * The store in a SQLite file, for one process: `sqlite('jobs.db')`. `file` is a path or a `file:` URI; the
 * file is created if missing, its folder must exist. `:memory:` keeps everything in memory until the end.
 *
 * `start()` locks the file, and rejects with a `StoreError` of code `in_use` while another process has it.
 */
export function sqlite(file: string, options: SqliteOptions = {}): JobStore {
  checkOptions('sqlite', argumentRules, { file, options });
  return createSqliteStore({ ...options, file, clock: createSystemClock() });
}
