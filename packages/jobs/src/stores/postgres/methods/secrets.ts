import type { SecretStore } from '../../../core/store/secret-store.ts';
import type { Script } from '../../../core/transactions/script.ts';
import { changeSecret, replaceSealed } from '../../../core/transactions/secrets/secrets.ts';
import { runRead } from '../postgres-reads.ts';
import { SECRETS } from '../secret-statements.ts';
import { runIn } from '../tables/tables.ts';
import type { Unit } from '../tables/unit.ts';
import type { Parts } from './writes.ts';

/** The secrets. Their transactions run beside the passes, and wait for none. */
export function createSecrets({ db, writes }: Parts): SecretStore {
  const run = <T>(script: (u: Unit) => Script<T>) => writes.beside((u) => runIn(u, script(u)));
  return {
    changeSecret: (input) => run((u) => changeSecret(u, input)),
    listSecrets: () => writes.tracked(() => runRead(db, SECRETS.listSecrets())),
    // A bounded wait for locks: runs wait for this read, and a stop waits for the runs.
    findSecrets: (names) =>
      writes.tracked(() => db.boundedTransaction((q) => runRead(q, SECRETS.findSecrets(names)))),
    listSealed: (query) => writes.tracked(() => runRead(db, SECRETS.listSealed(query))),
    replaceSealed: (input) => run(() => replaceSealed(input)),
  };
}
