import { expect, test } from 'vitest';
import { createTestApp } from '../test-app.ts';

test('every route is in the OpenAPI 3.1 document, with its answers and its need of a token', async () => {
  const { app, ask } = await createTestApp();
  const { status, body } = await ask({ url: '/openapi.json' });
  expect(status).toBe(200);
  expect(body.openapi).toBe('3.1.0');
  expect(body.components.securitySchemes.bearer).toMatchObject({ type: 'http', scheme: 'bearer' });
  expect(Object.keys(body.paths).toSorted()).toEqual([
    '/api/audit',
    '/api/auth/login',
    '/api/auth/logout',
    '/api/auth/me',
    '/api/auth/refresh',
    '/api/auth/register',
    '/api/listings',
    '/api/listings/{listing_id}',
    '/api/notifications',
    '/api/tokens',
    '/api/tokens/{token_id}',
    '/api/users',
    '/api/users/{user_id}',
    '/healthz',
    '/metrics',
    '/readyz',
  ]);
  expect(body.paths['/api/auth/login'].post.security).toEqual([]);
  expect(body.security).toEqual([{ bearer: [] }]);
  expect(app.swagger()).toEqual(body);
});

test('every operation documents the problems that any request can meet', async () => {
  const { ask } = await createTestApp();
  const { body } = await ask({ url: '/openapi.json' });
  for (const [path, item] of Object.entries<Record<string, { responses: object }>>(body.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const expected = [
        '400',
        '401',
        '422',
        '429',
        '500',
        '503',
        ...(method === 'get' ? [] : ['413', '415']),
      ];
      expect(Object.keys(operation.responses), `${method} ${path}`).toEqual(expect.arrayContaining(expected));
    }
  }
});

test('every reference in the document leads somewhere, and every schema is used', async () => {
  const { ask } = await createTestApp();
  const { body } = await ask({ url: '/openapi.json' });
  const references = new Set(
    [...JSON.stringify(body).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name),
  );
  expect([...references].toSorted()).toEqual(Object.keys(body.components.schemas).toSorted());
  expect(references).toContain('Problem');
});

test('the docs page asks for nothing from elsewhere and holds nothing that the CSP stops', async () => {
  const { ask } = await createTestApp();
  const page = await ask({ url: '/docs' });
  expect(page.headers['content-type']).toMatch(/^text\/html/);
  expect(page.body).not.toMatch(/https?:\/\/|<style|style=|<script>|onclick/);
  for (const [, url = ''] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) {
    expect(await ask({ url }), url).toMatchObject({ status: 200 });
  }
});
