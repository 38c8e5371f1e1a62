import { createSealingKeys, type SealingKeys } from '../auth/secrets/sealing.ts';
import { keepInFile, readSecretFile } from '../auth/secrets/secrets.ts';
import type { SecretKeys } from '../auth/secrets/shared-secrets.ts';
import type { Config } from '../config/config.ts';
import { openDataDir } from './data-dir.ts';

const KEY_BYTES = 32;

type KeyConfig = Pick<Config, 'dataDir' | 'env' | 'secretsKeys'>;

/**
 * The keys of SECRETS_KEY. Without it, development stores a generated key in `DATA_DIR/secrets-key`, and
 * production has no key. A key in that file always decrypts secrets, so SECRETS_KEY can be set later.
 */
export function createSecretKeys(config: KeyConfig): SecretKeys {
  let keys: SealingKeys | undefined;
  return () => {
    keys ??= readKeys(config);
    return keys;
  };
}

function readKeys(config: KeyConfig): SealingKeys | undefined {
  const [first, ...others] = secretKeyTexts(config);
  return first === undefined ? undefined : createSealingKeys([first, ...others]);
}

/** The texts that keys are made of, the newest first. */
export function secretKeyTexts({ dataDir, env, secretsKeys }: KeyConfig): readonly string[] {
  const ofFile = readSecretFile(dataDir, 'secrets-key')?.value;
  if (secretsKeys.length > 0) return ofFile === undefined ? secretsKeys : [...secretsKeys, ofFile];
  if (env === 'production') return [];
  if (ofFile !== undefined) return [ofFile];
  openDataDir(dataDir);
  return [keepInFile(dataDir, 'secrets-key', KEY_BYTES).value];
}
