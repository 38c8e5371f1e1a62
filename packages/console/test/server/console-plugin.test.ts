import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type FastifyInstance, fastify } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { consolePlugin } from '../../src/server/fastify.ts';
import { buildFolder, PAGE, SCRIPT } from './build-folder.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function serveBuilt(): Promise<FastifyInstance> {
  return serve(await buildFolder());
}

async function serve(folder: string): Promise<FastifyInstance> {
  const app = fastify();
  onTestFinished(() => app.close());
  await app.register(consolePlugin, { prefix: '/console', api: '/api', folder });
  return app;
}

test('the page comes with the strictest policy that works, and another nonce each time', async () => {
  const app = await serveBuilt();
  const first = await app.inject('/console/');
  const second = await app.inject('/console/');
  expect(first.statusCode).toBe(200);
  expect(first.headers['content-type']).toBe('text/html; charset=utf-8');
  const policy = String(first.headers['content-security-policy']);
  const [, nonce = ''] = /style-src 'self' 'nonce-([A-Za-z0-9+/=]{20,})'/.exec(policy) ?? [];
  expect(first.body).toContain(`nonce="${nonce}"`);
  expect(second.body).not.toBe(first.body);
  expect(policy.split('; ').filter((rule) => !rule.startsWith('style-src'))).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ]);
  expect(policy).not.toContain('unsafe');
});

test.each([
  '/console/jobs',
  '/console/jobs/nightly.v2',
  '/console/runs/12',
  '/console/jobs/%E2%80%AEx',
  '/console/x//y',
])('a path that is no file gives the page: %s', async (url) => {
  const answer = await (await serveBuilt()).inject(url);
  expect(answer.statusCode).toBe(200);
  expect(answer.body).toMatch(/src="[./]+assets\/index-Ab12\.js"/);
});

test('what has a hash in its name is kept for good, the rest is asked for again', async () => {
  const app = await serveBuilt();
  const hashed = await app.inject('/console/assets/index-Ab12.js');
  expect(hashed.body).toBe(SCRIPT);
  expect(hashed.headers['content-type']).toMatch(/^(text|application)\/javascript/);
  expect(hashed.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  const plain = await app.inject('/console/scheme.js');
  expect(plain.headers['cache-control']).toBe('no-cache');
  const again = await app.inject({
    url: '/console/scheme.js',
    headers: { 'if-none-match': String(plain.headers.etag) },
  });
  expect(again.statusCode).toBe(304);
});

test('a file is sent whole, even when a range of it is requested', async () => {
  const url = '/console/assets/index-Ab12.js';
  const answer = await (await serveBuilt()).inject({ url, headers: { range: 'bytes=99999999-' } });
  expect([answer.statusCode, answer.body]).toEqual([200, SCRIPT]);
});

test('a compressed form is sent to those who take it', async () => {
  const app = await serveBuilt();
  const url = '/console/assets/index-Ab12.js';
  const zipped = await app.inject({ url, headers: { 'accept-encoding': 'gzip' } });
  expect(zipped.headers['content-encoding']).toBe('gzip');
  expect(zipped.headers.vary).toMatch(/accept-encoding/i);
  expect(zipped.rawPayload.equals(gzipSync(SCRIPT))).toBe(true);
  expect((await app.inject({ url, method: 'HEAD' })).statusCode).toBe(200);
});

test('a part of an older build is not there, and that is not kept', async () => {
  const answer = await (await serveBuilt()).inject('/console/assets/index-Old1.js');
  expect(answer.statusCode).toBe(404);
  expect(answer.headers['cache-control'] ?? '').not.toContain('immutable');
});

test.each([
  '/console/../secret.txt',
  '/console/..%2fsecret.txt',
  '/console/%2e%2e/secret.txt',
  '/console/assets/..%2f..%2fsecret.txt',
  '/console/assets/%2e%2e/%2e%2e/secret.txt',
  '/console/..%5csecret.txt',
  '/console/%2fetc%2fpasswd',
  '/console/.stamp',
  '/console/assets/',
])('no way leads out of the folder: %s', async (url) => {
  const answer = await (await serveBuilt()).inject(url);
  expect(answer.body).not.toContain('of the server alone');
  expect(answer.body).not.toContain('root:');
  expect(answer.body).not.toBe('stamp');
  expect([200, 400, 404]).toContain(answer.statusCode);
});

test('without a build, a page says how to make one', async () => {
  const app = await serve(join(await temporaryFolder(), 'dist'));
  for (const url of ['/console/', '/console/jobs/x']) {
    const answer = await app.inject(url);
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('10');
    expect(answer.body).toContain('npm run console');
  }
});

test('the folder is read once, however many ask, and again after a new build', async () => {
  const folder = await buildFolder();
  const app = await serve(folder);
  await app.inject('/console/');
  // Removed from disk, but still in memory: a page of this build may still ask for it.
  await rm(join(folder, 'assets'), { recursive: true });
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => app.inject('/console/assets/index-Ab12.js')),
  );
  expect(answers.filter(({ body }) => body === SCRIPT)).toHaveLength(50);
  await writeFile(join(folder, 'index.html'), `${PAGE}<!-- changed -->`);
  await expect.poll(async () => (await app.inject('/console/')).body).toContain('<!-- changed -->');
});
