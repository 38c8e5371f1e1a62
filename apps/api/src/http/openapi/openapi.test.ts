import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../app.ts';
import { featureRoutes } from '../../routes.ts';
import { createTestApp } from '../../testing/test-app.ts';
import { startTestServer } from '../../testing/test-server.ts';

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: object; readonly securitySchemes: Record<string, unknown> };
  readonly security: unknown;
}

interface Operation {
  readonly tags?: readonly string[];
  readonly operationId?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
  }[];
  readonly summary?: string;
  readonly security?: unknown;
  readonly responses: object;
}

/** The document of a server as it runs, with the routes of the jobs. */
async function readDocument(): Promise<OpenApi> {
  const { url } = await startTestServer();
  const answer = await fetch(`${url}/openapi.json`);
  expect(answer.status).toBe(200);
  return JSON.parse(await answer.text());
}

function operationsOf({ paths }: OpenApi) {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
}

test('every route is in the OpenAPI 3.1 document, with its answers and its need of a token', async () => {
  const document = await readDocument();
  expect(document.openapi).toBe('3.1.0');
  expect(document.components.securitySchemes.bearer).toMatchObject({ type: 'http', scheme: 'bearer' });
  expect(Object.keys(document.paths).toSorted()).toEqual([
    '/api/alert-channels',
    '/api/alert-channels/{channel_id}',
    '/api/alert-channels/{channel_id}/test',
    '/api/alert-deliveries',
    '/api/alert-deliveries/{delivery_id}/retry',
    '/api/audit',
    '/api/auth/confirm-email',
    '/api/auth/confirm-email/resend',
    '/api/auth/login',
    '/api/auth/logout',
    '/api/auth/me',
    '/api/auth/password',
    '/api/auth/password-reset',
    '/api/auth/password-reset/confirm',
    '/api/auth/refresh',
    '/api/auth/register',
    '/api/auth/sessions',
    '/api/auth/sessions/{session_id}',
    '/api/backfills',
    '/api/backfills/{backfill_id}',
    '/api/bulk-commands',
    '/api/bulk-commands/{bulk_id}',
    '/api/calendars',
    '/api/calendars/{calendar_id}',
    '/api/job-audit',
    '/api/job-audit.csv',
    '/api/job-events',
    '/api/job-forecast',
    '/api/job-pause',
    '/api/job-preview',
    '/api/job-stats',
    '/api/job-stats/history',
    '/api/job-tags',
    '/api/job-types',
    '/api/job-types/{type}/runs',
    '/api/jobs',
    '/api/jobs/bulk',
    '/api/jobs/pause-all',
    '/api/jobs/resume-all',
    '/api/jobs/{job_id}',
    '/api/jobs/{job_id}/backfill',
    '/api/jobs/{job_id}/pause',
    '/api/jobs/{job_id}/resume',
    '/api/jobs/{job_id}/runs',
    '/api/jobs/{job_id}/versions',
    '/api/jobs/{job_id}/versions/{version}',
    '/api/listings',
    '/api/listings/{listing_id}',
    '/api/me',
    '/api/nodes',
    '/api/nodes/{node_id}/drain',
    '/api/nodes/{node_id}/resume',
    '/api/notifications',
    '/api/run-failures',
    '/api/run-timeline',
    '/api/runs',
    '/api/runs.csv',
    '/api/runs.ndjson',
    '/api/runs/bulk',
    '/api/runs/{run_id}',
    '/api/runs/{run_id}/cancel',
    '/api/runs/{run_id}/logs',
    '/api/runs/{run_id}/retry',
    '/api/secrets',
    '/api/secrets/reseal',
    '/api/secrets/{name}',
    '/api/tokens',
    '/api/tokens/{token_id}',
    '/api/users',
    '/api/users/{user_id}',
    '/api/users/{user_id}/password-reset',
    '/api/users/{user_id}/sessions',
    '/api/users/{user_id}/sessions/{session_id}',
    '/healthz',
    '/metrics',
    '/readyz',
  ]);
  expect(document.paths['/api/auth/login']?.post?.security).toEqual([]);
  expect(document.security).toEqual([{ bearer: [] }]);
});

test('every operation has a section and a summary, and documents the problems that any request can meet', async () => {
  for (const { path, method, operation } of operationsOf(await readDocument())) {
    const name = `${method} ${path}`;
    expect(operation.tags, name).toHaveLength(1);
    expect(operation.summary, name).toMatch(/\w/);
    const withBody = method === 'get' ? [] : ['413', '415'];
    const expected = ['400', '401', '422', '429', '500', '503', ...withBody];
    expect(Object.keys(operation.responses), name).toEqual(expect.arrayContaining(expected));
  }
});

test('every operation has a name of its own, and tells every parameter of its path', async () => {
  const operations = operationsOf(await readDocument());
  const names = operations.map(({ operation }) => operation.operationId);
  for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z]+$/);
  expect(new Set(names).size).toBe(operations.length);
  for (const { path, operation } of operations) {
    const told = operation.parameters?.filter((one) => one.in === 'path' && one.required) ?? [];
    expect(
      told.map(({ name }) => name),
      path,
    ).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  }
});

test('what many operations answer with is written once', async () => {
  const document = await readDocument();
  expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(['Job', 'Run', 'Problem']));
  expect(JSON.stringify(document).length).toBeLessThan(415_000);
});

test('every route of the jobs needs a token with a role', async () => {
  const operations = operationsOf(await readDocument()).filter(({ path }) =>
    /^\/api\/(backfill|bulk|job|node|run)/.test(path),
  );
  expect(operations).toHaveLength(46);
  for (const { path, method, operation } of operations) {
    expect(operation.security, `${method} ${path}`).toEqual([{ bearer: [] }]);
    expect(Object.keys(operation.responses), `${method} ${path}`).toContain('403');
  }
});

test('every reference in the document leads somewhere, and every schema is used', async () => {
  const document = await readDocument();
  const references = new Set(
    [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name),
  );
  expect([...references].toSorted()).toEqual(Object.keys(document.components.schemas).toSorted());
  expect(references).toContain('Problem');
});

test('the docs page asks for nothing from elsewhere and holds nothing that the CSP stops', async () => {
  const { ask } = await createTestApp();
  const page = await ask({ url: '/docs' });
  expect(page.headers['content-type']).toMatch(/^text\/html/);
  expect(page.body).not.toMatch(/https?:\/\/|<style|style=|<script>|onclick/);
  for (const [, url = ''] of String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)) {
    expect(await ask({ url }), url).toMatchObject({ status: 200 });
  }
});

test('a server writes the document before it listens, and never again', async () => {
  const { deps } = await createTestApp();
  const app = createApp({
    ...deps,
    observe: () => undefined,
    countDrop: () => undefined,
    routes: featureRoutes(deps),
    writesDocumentAtStart: true,
  });
  onTestFinished(() => app.close());
  await app.ready();
  app.swagger = () => {
    throw new Error('it is written again');
  };
  const answer = await app.inject('/openapi.json');
  expect([answer.statusCode, answer.json().openapi]).toEqual([200, '3.1.0']);
});
