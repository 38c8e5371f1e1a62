import { createSealingKeys, type SealingKeys } from '../auth/secrets/sealing.ts';
import { keepInFile, readSecretFile } from '../auth/secrets/secrets.ts';
import type { SecretKeys } from '../auth/secrets/shared-secrets.ts';
import type { Config } from '../config/config.ts';
import { openDataDir } from './data-dir.ts';

const KEY_BYTES = 32;

/**
 * The keys of SECRETS_KEY. Without it, development stores a generated key in `DATA_DIR/secrets-key`, and
 * production has no key. A key in that file always decrypts secrets, so SECRETS_KEY can be set later.
 */
export function createSecretKeys(config: Pick<Config, 'dataDir' | 'env' | 'secretsKeys'>): SecretKeys {
  let keys: SealingKeys | undefined;
  return () => {
    keys ??= readKeys(config);
    return keys;
  };
}

function readKeys({
  dataDir,
  env,
  secretsKeys,
}: Pick<Config, 'dataDir' | 'env' | 'secretsKeys'>): SealingKeys | undefined {
  const [first, ...others] = secretsKeys;
  const ofFile = readSecretFile(dataDir, 'secrets-key')?.value;
  if (first !== undefined)
    return createSealingKeys([first, ...others, ...(ofFile === undefined ? [] : [ofFile])]);
  if (env === 'production') return undefined;
  if (ofFile !== undefined) return createSealingKeys([ofFile]);
  openDataDir(dataDir);
  return createSealingKeys([keepInFile(dataDir, 'secrets-key', KEY_BYTES).value]);
}
