import { defineRoute } from '../routing/route.ts';
import { BODY_PROBLEMS, noContent, problems, success } from '../routing/route-docs.ts';
import { wholeEngineOptions } from '../routing/whole-engine.ts';
import {
  resealBody,
  resealJson,
  resealSchema,
  savedSecretSchema,
  secretBody,
  secretJson,
  secretParams,
  secretsSchema,
} from '../views/secret.ts';

const listSecrets = defineRoute({
  method: 'GET',
  path: '/secrets',
  need: 'admin',
  doc: {
    operationId: 'listSecrets',
    summary: 'List the secrets',
    description: 'All of them by name, with the jobs that refer to each. No response contains a value.',
  },
  responses: { 200: success(secretsSchema, 'The secrets'), ...problems() },
  handle: async (_, { engine }) => ({
    status: 200,
    body: { data: (await engine.listSecrets()).map(secretJson) },
  }),
});

const putSecret = defineRoute({
  method: 'PUT',
  path: '/secrets/:name',
  need: 'admin',
  doc: {
    operationId: 'putSecret',
    summary: 'Create or replace a secret',
    description:
      'Runs that start from now on get the new value. Payloads refer to it by `{ "$secret": "NAME" }`. 409: the server has no key to seal it, or there are 1,000 secrets.',
  },
  params: secretParams,
  body: secretBody,
  responses: { 200: success(savedSecretSchema, 'The secret is stored'), ...problems(409, ...BODY_PROBLEMS) },
  handle: async ({ params: { name }, body, context }, { engine }) => {
    const { by } = wholeEngineOptions(context);
    const { created } = await engine.putSecret(name, body.value, { by });
    return { status: 200, body: { name, created } };
  },
});

const deleteSecret = defineRoute({
  method: 'DELETE',
  path: '/secrets/:name',
  need: 'admin',
  doc: {
    operationId: 'deleteSecret',
    summary: 'Delete a secret',
    description: '409: jobs refer to it; the detail says which.',
  },
  params: secretParams,
  responses: { 204: noContent, ...problems(404, 409) },
  handle: async ({ params, context }, { engine }) => {
    const { by } = wholeEngineOptions(context);
    await engine.deleteSecret(params.name, { by });
    return { status: 204 };
  },
});

const resealSecrets = defineRoute({
  method: 'POST',
  path: '/secrets/reseal',
  need: 'admin',
  doc: {
    operationId: 'resealSecrets',
    summary: 'Seal everything with the newest key',
    description:
      'Seals again what an older key has sealed, and seals secret fields that were stored before their type marked them. Works for about two seconds: repeat it with next_cursor until that is null. Then the older key can be removed, if unreadable is empty.',
  },
  body: resealBody,
  bodyIsOptional: true,
  responses: { 200: success(resealSchema, 'What was done'), ...problems(409, ...BODY_PROBLEMS) },
  handle: async ({ body, context }, { engine }) => {
    wholeEngineOptions(context);
    return { status: 200, body: resealJson(await engine.resealSecrets({ after: body.cursor })) };
  },
});

/** Stored secrets, and the rotation of keys. */
export const secretRoutes = [listSecrets, putSecret, deleteSecret, resealSecrets];
