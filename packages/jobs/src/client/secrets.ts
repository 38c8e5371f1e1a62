import type { ResealJson, SavedSecretJson, SecretJson } from '../http/index.ts';
import type { Call, Connection } from './connection/connection.ts';
import { path } from './connection/request.ts';

export type Secret = SecretJson;
export type SavedSecret = SavedSecretJson;
export type Reseal = ResealJson;

/** All secrets by name, without their values. */
export async function listSecrets(connection: Connection, call?: Call): Promise<readonly Secret[]> {
  const { data } = await connection.ask<{ readonly data: readonly Secret[] }>(
    { path: '/secrets', answer: 'list' },
    call,
  );
  return data;
}

/** Creates or replaces a secret. No response contains the value. */
export async function putSecret(
  connection: Connection,
  name: string,
  value: string,
  call?: Call,
): Promise<SavedSecret> {
  return connection.ask({ method: 'PUT', path: path`/secrets/${name}`, body: { value } }, call);
}

/** Deletes a secret. 409: jobs refer to it. */
export async function deleteSecret(connection: Connection, name: string, call?: Call): Promise<void> {
  await connection.ask({ method: 'DELETE', path: path`/secrets/${name}` }, call);
}

/**
 * Seals everything with the newest key, for about two seconds. Repeat it with `next_cursor` until that is
 * null.
 */
export async function resealSecrets(
  connection: Connection,
  body: { readonly cursor?: string | undefined } = {},
  call?: Call,
): Promise<Reseal> {
  return connection.ask({ method: 'POST', path: '/secrets/reseal', body, repeat: 'safe' }, call);
}
