import type { SecretCommand, SecretStore, SecretView } from '../../store/secret-store.ts';

/** A row of a secret, without the jobs that refer to it. */
export type SecretRow = Omit<SecretView, 'jobIds'>;

/** The operations that transactions on secrets need from a store. */
export interface SecretTables {
  /** Locks secrets against other changes of them, and finds this one. */
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
