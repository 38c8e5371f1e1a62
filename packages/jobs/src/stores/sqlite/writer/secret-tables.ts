import type { SecretTables } from '../../../core/transactions/secrets/secret-tables.ts';
import type { Read } from '../../reads/read.ts';
import { SECRETS } from '../secret-statements.ts';
import { runRead } from '../sqlite-reads.ts';
import type { Writer } from './writer.ts';

/** The operations on secrets, which both databases share. */
export function secretTables(w: Writer): SecretTables {
  const run = <T>(read: Read<T>): T => runRead(w.db, read);
  return {
    keepSecrets: (names) => run(SECRETS.keepSecrets(names)),
    lockSecret: (name) => run(SECRETS.lockSecret(name)),
    countSecrets: () => run(SECRETS.countSecrets()),
    saveSecret: (secret) => run(SECRETS.saveSecret(secret)),
    removeSecret: (name) => run(SECRETS.removeSecret(name)),
    jobsUsing: (name, limit) => run(SECRETS.jobsUsing(name, limit)),
    replaceSealedRows(input) {
      const count = run(SECRETS.replaceSealedRows(input));
      if (input.table === 'jobs') for (const { key } of input.rows) w.jobs.forget(Number(key));
      return count;
    },
  };
}
