import type { SecretView } from '../../core/store/secret-store.ts';

/** A stored secret as people see it: never its value. Instants are ms since 1970. */
export type SecretInfo = Omit<SecretView, 'sealed'>;

/** A part of the work of `resealSecrets`. */
export interface ResealResult {
  /** How many texts were sealed with the newest key. */
  readonly resealed: number;
  /**
   * Texts that none of the keys opens, by the id of the key that sealed them. Without a key id: they were
   * changed by hand.
   */
  readonly unreadable: readonly { readonly keyId: string | undefined; readonly count: number }[];
  /** Where the work continues. Absent: all is done. */
  readonly next?: string;
}

interface By {
  readonly by?: string | undefined;
}

/** The stored secrets, which payloads refer to by `{ "$secret": "NAME" }` (P40, secrets in payloads). */
export interface SecretsApi {
  /** By name, with the jobs that refer to each. */
  listSecrets(): Promise<readonly SecretInfo[]>;
  /**
   * Creates or replaces a secret. Runs that start from now on get the new value. Throws `conflict` without
   * `secretKeys`, and if there are 1,000 secrets.
   */
  putSecret(name: string, value: string, options?: By): Promise<{ readonly created: boolean }>;
  /** Throws `conflict` while jobs refer to it, and `not_found`. */
  deleteSecret(name: string, options?: By): Promise<void>;
  /**
   * Seals everything that an older key has sealed with the newest one, and what is not sealed yet: the
   * payloads of jobs and of their kept versions and runs, checkpoints, stored secrets, and alert channels.
   * Works for about two seconds; call it again with `next` until there is none.
   */
  resealSecrets(input?: { readonly after?: string | undefined }): Promise<ResealResult>;
}
