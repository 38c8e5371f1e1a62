import type { AsyncTables } from '../../../core/transactions/script.ts';
import type { SecretTables } from '../../../core/transactions/secrets/secret-tables.ts';
import type { Read } from '../../reads/read.ts';
import { runRead } from '../postgres-reads.ts';
import { SECRETS } from '../secret-statements.ts';
import type { Unit } from './unit.ts';

/** The operations on secrets, which both databases share. */
export function secretTables(u: Unit): Pick<AsyncTables, keyof SecretTables> {
  const run = <T>(read: Read<T>): Promise<T> => runRead(u.q, read);
  return {
    keepSecrets: (names) => run(SECRETS.keepSecrets(names)),
    lockSecret: (name) => run(SECRETS.lockSecret(name)),
    countSecrets: () => run(SECRETS.countSecrets()),
    saveSecret: (secret) => run(SECRETS.saveSecret(secret)),
    removeSecret: (name) => run(SECRETS.removeSecret(name)),
    jobsUsing: (name, limit) => run(SECRETS.jobsUsing(name, limit)),
    replaceSealedRows: (input) => run(SECRETS.replaceSealedRows(input)),
  };
}
