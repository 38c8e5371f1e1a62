import { deleteSecret, listSecrets, putSecret, resealSecrets } from '../api/secret-api.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { checkedArguments } from '../input/checked-arguments.ts';
import type { SecretsApi } from '../ports/secrets-port.ts';

/** The methods about secrets. `given` checks the arguments of a method. */
export function createSecretsApi(parts: EngineParts, given: typeof checkedArguments): SecretsApi {
  return {
    listSecrets: async (...args) => {
      given('listSecrets', args);
      return listSecrets(parts);
    },
    putSecret: async (...args) => putSecret(parts, ...given('putSecret', args)),
    deleteSecret: async (...args) => deleteSecret(parts, ...given('deleteSecret', args)),
    resealSecrets: async (...args) => resealSecrets(parts, ...given('resealSecrets', args)),
  };
}
