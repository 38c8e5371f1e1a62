import { pathOf } from '../json-pointer.ts';
import { shownValue } from './payload-secrets.ts';

/**
 * A payload as the server shows it: `[secret]` in the place of each secret. `sealed`: JSON pointers to the
 * secret fields of its job type that are sealed; `*` is any key or index.
 */
export function hideSecrets(payload: unknown, sealed: readonly string[]): unknown {
  const fields = sealed.map((pointer) => ({ path: pathOf(pointer), isSealed: true }));
  return shownValue(payload, fields);
}
