import type { SecretStore } from '../../core/store/secret-store.ts';
import { changeSecret, replaceSealed } from '../../core/transactions/secrets/secrets.ts';
import type { MemoryDatabase } from './memory-database.ts';
import { jobsUsing, rowsOf } from './tables/secret-tables.ts';
import type { Transaction } from './tables/tables.ts';

interface Access {
  run<T>(transaction: Transaction<T>): Promise<T>;
  read<T>(work: () => T): Promise<T>;
}

export function createSecrets(db: MemoryDatabase, { run, read }: Access): SecretStore {
  return {
    changeSecret: (input) => run((unit) => changeSecret(unit, input)),
    listSecrets: () =>
      read(() =>
        [...db.secrets.values()]
          .sort((a, b) => (a.name < b.name ? -1 : 1))
          .map((secret) => ({ ...secret, jobIds: jobsUsing(db, secret.name) })),
      ),
    findSecrets: (names) =>
      read(() =>
        [...db.secrets.values()]
          .filter(({ name }) => names.includes(name))
          .map(({ name, sealed }) => ({ name, sealed })),
      ),
    // One page: the tables are small.
    listSealed: ({ table, types }) =>
      read(() => ({
        rows: rowsOf(db, table)
          .map(({ row }) => row)
          .filter(({ text, type }) => {
            if (table === 'secrets') return true;
            if (table === 'checkpoints') return !text.startsWith('{');
            return text.includes('"$sealed"') || types.includes(type);
          }),
      })),
    replaceSealed: (input) => run(() => replaceSealed(input)),
  };
}
