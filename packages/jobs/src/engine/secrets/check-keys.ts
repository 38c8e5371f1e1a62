import { isSealed } from '../../core/secrets/secret-value.ts';
import type { JobStore } from '../../core/store/store.ts';
import type { EngineLogger } from '../ports/engine-logger.ts';
import { type Keyring, keyIdOf } from './keyring.ts';

interface CheckKeysDeps {
  readonly store: Pick<JobStore, 'listSecrets' | 'listAlertChannels' | 'listSealed'>;
  readonly keyring: Keyring;
  readonly logger: Pick<EngineLogger, 'error' | 'warn'>;
  /** Ends the check. */
  readonly signal: AbortSignal;
}

const JOBS_A_READ = 2_000;

/**
 * Logs an error for each key that stored secrets, alert channels and jobs need, and this node does not have.
 * Meanwhile jobs without secrets run, and the error of other runs names the key. Never rejects.
 */
export async function checkKeys(deps: CheckKeysDeps): Promise<void> {
  try {
    logMissing(deps, await missingKeys(deps));
  } catch (error) {
    if (deps.signal.aborted) return;
    deps.logger.warn(
      { err: error },
      'the keys of secrets could not be checked; a run whose key is missing fails, and its error names the key',
    );
  }
}

/** By the id of each missing key: what it sealed. */
async function missingKeys({
  store,
  keyring,
  signal,
}: CheckKeysDeps): Promise<ReadonlyMap<string, string[]>> {
  const needs = new Map<string, string[]>();
  const need = (sealed: string, what: string) => {
    const id = keyIdOf(sealed);
    if (id !== undefined && !keyring.ids.includes(id)) needs.set(id, [...(needs.get(id) ?? []), what]);
  };
  for (const { name, sealed } of await store.listSecrets()) need(sealed, `the secret "${name}"`);
  for (const { channel } of await store.listAlertChannels()) {
    const config: unknown = JSON.parse(channel.config);
    if (isSealed(config)) need(config.$sealed, `the alert channel "${channel.id}"`);
  }
  // Without keys, no node has sealed a payload, or every job that has one fails with its reason.
  if (keyring.ids.length === 0) return needs;
  let after: string | undefined;
  do {
    signal.throwIfAborted();
    const { rows, next } = await store.listSealed({ table: 'jobs', after, limit: JOBS_A_READ, types: [] });
    for (const { owner, text } of rows)
      for (const [, sealed = ''] of text.matchAll(/\{"\$sealed":"([^"]+)"\}/g))
        need(sealed, `the job "${owner}"`);
    after = next;
  } while (after !== undefined);
  return needs;
}

function logMissing({ logger }: CheckKeysDeps, needs: ReadonlyMap<string, readonly string[]>): void {
  for (const [keyId, whats] of needs) {
    const shown = [...new Set(whats)];
    const more = shown.length > MOST_NAMED ? ` and ${shown.length - MOST_NAMED} more` : '';
    logger.error(
      { keyId },
      `the key ${keyId} is missing, and it sealed ${shown.slice(0, MOST_NAMED).join(', ')}${more}: add it to the end of secretKeys (GreenVue: SECRETS_KEY). Until then, runs that need it fail`,
    );
  }
}

const MOST_NAMED = 5;
