import { buildCommand, buildRouteMap } from '@stricli/core';
import { API_FLAGS, switchFlag } from '../input/flags.ts';
import { bare } from '../input/without-prototype.ts';

const secretName = {
  kind: 'tuple',
  parameters: [{ parse: String, placeholder: 'name', brief: 'Name of the secret, such as API_KEY' }],
} as const;

/** `secrets …` */
export const secretRoutes = buildRouteMap({
  routes: bare({
    list: buildCommand({
      loader: async () => (await import('./secret-commands.ts')).listSecretsCommand,
      parameters: { flags: API_FLAGS },
      docs: { brief: 'List the secrets with the jobs that use them, without their values' },
    }),
    set: buildCommand({
      loader: async () => (await import('./secret-commands.ts')).setSecretCommand,
      parameters: { flags: API_FLAGS, positional: secretName },
      docs: { brief: 'Create or replace a secret; its value is read from stdin' },
    }),
    delete: buildCommand({
      loader: async () => (await import('./secret-commands.ts')).deleteSecretCommand,
      parameters: { flags: { ...API_FLAGS, yes: switchFlag('Do not ask') }, positional: secretName },
      docs: { brief: 'Delete a secret that no job uses' },
    }),
    reseal: buildCommand({
      loader: async () => (await import('./secret-commands.ts')).resealCommand,
      parameters: { flags: API_FLAGS },
      docs: { brief: 'Seal everything with the newest key; then the older key can be removed' },
    }),
  }),
  docs: { brief: 'Manage the secrets that payloads name' },
});
