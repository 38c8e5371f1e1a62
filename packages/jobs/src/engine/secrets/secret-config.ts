import type { JsonText } from '../../core/model/run.ts';
import { isSealed, placeOfChannel, SecretError } from '../../core/secrets/secret-value.ts';
import type { Keyring } from './keyring.ts';

/** The config of an alert channel as it is stored: sealed, if there are keys. */
export function sealedConfig(keyring: Keyring, id: string, config: JsonText): JsonText {
  if (keyring.ids.length === 0) return config;
  return JSON.stringify({ $sealed: keyring.seal(placeOfChannel(id), config) });
}

/** The config of an alert channel. Throws a {@link SecretError} if it can't be opened. */
export function openedConfig(
  keyring: Keyring,
  { id, config }: { readonly id: string; readonly config: JsonText },
): unknown {
  const stored: unknown = JSON.parse(config);
  if (!isSealed(stored)) return stored;
  try {
    return JSON.parse(keyring.open(placeOfChannel(id), stored.$sealed)) as unknown;
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    throw new SecretError(`The settings of the alert channel "${id}" ${error.message}`, {
      cause: error.cause,
    });
  }
}
