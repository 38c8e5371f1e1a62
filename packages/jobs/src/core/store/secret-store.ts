import type { AuditEntry } from './store-commands.ts';

/** A secret as it is stored. */
export interface StoredSecret {
  readonly name: string;
  readonly sealed: string;
}

/** What people may know of a secret, and the sealed text. */
export interface SecretView extends StoredSecret {
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly createdBy?: string;
  readonly updatedBy?: string;
  /** The ids of the jobs whose payload refers to it. */
  readonly jobIds: readonly string[];
}

/** The most secrets of an installation. */
export const MOST_SECRETS = 1_000;

export interface SecretCommand {
  readonly name: string;
  readonly command:
    | { readonly kind: 'put'; readonly sealed: string; readonly by?: string | undefined }
    | { readonly kind: 'delete' };
  readonly audit?: AuditEntry;
}

export type SecretCommandResult =
  | { readonly kind: 'done'; readonly isNew: boolean }
  | { readonly kind: 'absent' }
  /** There are {@link MOST_SECRETS} already. */
  | { readonly kind: 'too_many' }
  /** Jobs refer to it, so it stays: the ids of the first ones. */
  | { readonly kind: 'in_use'; readonly jobIds: readonly string[] };

/** The tables with sealed texts. */
export const SEALED_TABLES = [
  'jobs',
  'job_versions',
  'live_runs',
  'runs',
  'checkpoints',
  'secrets',
  'alert_channels',
] as const;
export type SealedTable = (typeof SEALED_TABLES)[number];

/**
 * A payload, the saved state of a run, the text of a secret or the config of an alert channel, as it is
 * stored.
 */
export interface SealedRow {
  readonly key: string;
  /** The id of the job, of the run with a saved state or of the channel, or the name of the secret. */
  readonly owner: string;
  /** Of the job. */
  readonly type: string;
  readonly text: string;
}

export interface SealedRowsQuery {
  readonly table: SealedTable;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
  /** The most rows to look at. */
  readonly limit: number;
  /** Job types whose payloads are returned, even if nothing in them is sealed. */
  readonly types: readonly string[];
}

export interface ReplacedRow {
  readonly key: string;
  readonly before: string;
  readonly after: string;
}

/**
 * The stored secrets (P40, secrets in payloads), and all other sealed texts. The store opens none of them.
 */
export interface SecretStore {
  /** Creates, replaces or deletes a secret. */
  changeSecret(input: SecretCommand): Promise<SecretCommandResult>;
  /** By name, with the jobs that refer to each. */
  listSecrets(): Promise<readonly SecretView[]>;
  /** The existing secrets with these names. Rejects with `busy` if another transaction keeps them locked. */
  findSecrets(names: readonly string[]): Promise<readonly StoredSecret[]>;
  /** A page of the texts that have a sealed part. Without `next`, it is the last page. */
  listSealed(
    query: SealedRowsQuery,
  ): Promise<{ readonly rows: readonly SealedRow[]; readonly next?: string }>;
  /** Replaces texts that are still as they were. A job keeps its version. Returns how many were replaced. */
  replaceSealed(input: {
    readonly table: SealedTable;
    readonly rows: readonly ReplacedRow[];
  }): Promise<number>;
}
