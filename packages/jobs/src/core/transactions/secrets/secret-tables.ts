import type { SecretCommand, SecretStore, SecretView } from '../../store/secret-store.ts';

/** A row of a secret, without the jobs that refer to it. */
export type SecretRow = Omit<SecretView, 'jobIds'>;

/** The operations that transactions on secrets need from a store. */
export interface SecretTables {
  /** Keeps these secrets until the transaction ends. Returns the names of those that there are. */
  keepSecrets(names: readonly string[]): readonly string[];
  /** Locks secrets against other changes of them, waits until nobody keeps this one, and finds it. */
  lockSecret(name: SecretCommand['name']): SecretRow | undefined;
  countSecrets(): number;
  /** Adds a secret, or replaces a known one. */
  saveSecret(secret: SecretRow): void;
  removeSecret(name: string): void;
  /** The ids of the first jobs whose payload refers to a secret. */
  jobsUsing(name: string, limit: number): readonly string[];
  /** See {@link SecretStore.replaceSealed}. */
  replaceSealedRows(input: Parameters<SecretStore['replaceSealed']>[0]): number;
}
