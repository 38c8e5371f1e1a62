import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { type ProblemStatus, problems } from '../../rest/responses.ts';
import { withShared } from './shared-schemas.ts';

const ANY: readonly ProblemStatus[] = [400, 401, 422, 429, 500, 503];
const WITH_BODY: readonly ProblemStatus[] = [413, 415];

export interface DocumentOptions {
  /** Version of GreenVue. */
  readonly version: string;
  /**
   * Writes the document before the server listens. It takes about 100 ms, during which the server responds to
   * nobody. False: the first request for it waits.
   */
  readonly isWrittenAtStart: boolean;
}

/** Describes every route in an OpenAPI 3.1 document, at `/openapi.json`. */
export function documentApi(app: FastifyInstance, { version, isWrittenAtStart }: DocumentOptions): void {
  app.addHook('onRoute', (route) => {
    if (route.schema === undefined || route.schema.hide) return;
    const readsBody = ![route.method].flat().every((method) => method === 'GET' || method === 'HEAD');
    const common = problems(...ANY, ...(readsBody ? WITH_BODY : []));
    route.schema = { ...route.schema, response: { ...common, ...responsesOf(route.schema.response) } };
  });
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'GreenVue',
        version,
        description:
          'A marketplace for pre-owned things, and its background jobs. Errors are `application/problem+json` (RFC 9457).',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: 'An access token from `POST /api/auth/login`, or an API token (`gv_…`).',
          },
        },
      },
      security: [{ bearer: [] }],
    },
    transform: convertingOnce(),
    transformObject: withoutUnused,
  });
  app.register(async (scope) => {
    // The routes do not change after the start, so neither does the document.
    let document: Buffer | undefined;
    const write = () => {
      document ??= Buffer.from(JSON.stringify(scope.swagger()));
      return document;
    };
    if (isWrittenAtStart) scope.addHook('onReady', async () => void write());
    scope.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(write()),
    );
  });
}

/** `jsonSchemaTransform`, but converts a response of many routes once: this is most of the work. */
function convertingOnce(): typeof jsonSchemaTransform {
  const known = new Map<unknown, unknown>();
  return (input) => {
    const { response, ...rest } = input.schema ?? {};
    if (response === undefined) return jsonSchemaTransform(input);
    const { schema, url } = jsonSchemaTransform({ ...input, schema: rest });
    const converted = Object.entries(responsesOf(response)).map(([status, one]) => {
      const alone = () =>
        responsesOf(jsonSchemaTransform({ ...input, schema: { response: { one } } }).schema.response).one;
      if (!known.has(one)) known.set(one, alone());
      return [status, known.get(one)];
    });
    return { schema: { ...schema, response: Object.fromEntries(converted) }, url };
  };
}

/** Removes unused schemas: the transform adds each schema twice, for input and output, and uses one. */
const withoutUnused: typeof jsonSchemaTransformObject = (source) => {
  const document = jsonSchemaTransformObject(source);
  if (!('components' in document) || document.components?.schemas === undefined) return document;
  const { schemas } = document.components;
  Object.assign(document, { paths: withShared(document.paths, schemas) });
  // Repeated, because an unused schema may refer to others.
  for (let unused = unusedIn(document, schemas); unused.length > 0; unused = unusedIn(document, schemas))
    for (const name of unused) delete schemas[name];
  return document;
};

/** The names of schemas that nothing in the document refers to. */
function unusedIn(document: object, schemas: object): string[] {
  const text = JSON.stringify(document);
  return Object.keys(schemas).filter((name) => !text.includes(`"#/components/schemas/${name}"`));
}

function responsesOf(response: unknown): Readonly<Record<string, unknown>> {
  return typeof response === 'object' && response !== null ? { ...response } : {};
}
