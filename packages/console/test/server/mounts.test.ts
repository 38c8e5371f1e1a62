import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { fastify } from 'fastify';
import Koa from 'koa';
import { expect, onTestFinished, test } from 'vitest';
import { consolePlugin } from '../../src/server/fastify.ts';
import { createConsoleFetchHandler } from '../../src/server/fetch.ts';
import { createConsoleNodeHandler } from '../../src/server/node.ts';
import { buildFolder, SCRIPT } from './build-folder.ts';

const OPTIONS = { prefix: '/admin/jobs', api: '/admin/api', title: 'Shop <jobs>' };

/** Sends a request to one way of mounting the console. */
type Ask = (path: string, init?: RequestInit) => Promise<Response>;

const MOUNTS: Readonly<Record<string, (folder: string) => Promise<Ask>>> = {
  fastify: async (folder) => {
    const app = fastify();
    onTestFinished(() => app.close());
    await app.register(consolePlugin, { ...OPTIONS, folder });
    return asker(await app.listen());
  },
  fetch: async (folder) => {
    const handle = createConsoleFetchHandler({ ...OPTIONS, folder });
    return (path, init) => handle(new Request(`http://localhost${path}`, init));
  },
  node: async (folder) => {
    return asker(await listen(createServer(createConsoleNodeHandler({ ...OPTIONS, folder }))));
  },
  // As `app.use('/admin', …)` of Express calls it.
  'node below a path': async (folder) => {
    const handle = createConsoleNodeHandler({ ...OPTIONS, folder });
    const server = createServer((request, response) => {
      const originalUrl = request.url ?? '';
      request.url = originalUrl.replace('/admin', '');
      handle(Object.assign(request, { originalUrl }), response);
    });
    return asker(await listen(server));
  },
  koa: async (folder) => {
    const app = new Koa();
    const page = createConsoleNodeHandler({ ...OPTIONS, folder });
    app.use(async (ctx, next) => {
      if (!page.handles(ctx.path)) return void (await next());
      ctx.respond = false;
      page(ctx.req, ctx.res);
    });
    return asker(await listen(createServer(app.callback())));
  },
};

async function listen(server: Server): Promise<string> {
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return `http://127.0.0.1:${address.port}`;
}

function asker(origin: string): Ask {
  return (path, init) => fetch(`${origin}${path}`, { redirect: 'manual', ...init });
}

/** The settings in a page. */
function configIn(html: string): unknown {
  return JSON.parse(/json">(.*)<\/script>/.exec(html)?.[1] ?? '');
}

test.each(Object.keys(MOUNTS))('%s: each page finds its files and its settings', async (name) => {
  const ask = await (MOUNTS[name]?.(await buildFolder()) ?? Promise.reject(new Error(name)));
  for (const [path, base] of [
    // Some servers remove the slash, some add it: a redirect would go in circles.
    ['/admin/jobs', './jobs/'],
    ['/admin/jobs?tab=1', './jobs/'],
    ['/admin/jobs/', './'],
    ['/admin/jobs/jobs', './'],
    ['/admin/jobs/jobs/nightly.v2', '../'],
    ['/admin/jobs/jobs/a%2Fb/edit?q=/x/y', '../../'],
  ] as const) {
    const answer = await ask(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self';");
    const html = await answer.text();
    expect(configIn(html)).toEqual({ base, api: '/admin/api', auth: 'host', title: 'Shop <jobs>' });
    expect(html).toContain('<title>Shop &lt;jobs></title>');
    const [, script = ''] = /<script src="([^"]+)"/.exec(html) ?? [];
    expect(new URL(script, `http://localhost${path}`).pathname).toBe('/admin/jobs/assets/index-Ab12.js');
  }
});

test.each(Object.keys(MOUNTS))(
  '%s: files have types, validators and a form for each client',
  async (name) => {
    const ask = await (MOUNTS[name]?.(await buildFolder()) ?? Promise.reject(new Error(name)));
    const path = '/admin/jobs/assets/index-Ab12.js';
    const first = await ask(path, { headers: { 'accept-encoding': 'identity' } });
    expect(await first.text()).toBe(SCRIPT);
    expect(first.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(first.headers.get('cache-control')).toContain('immutable');
    const etag = first.headers.get('etag') ?? '';
    const headers = { 'accept-encoding': 'identity', 'if-none-match': etag };
    expect((await ask(path, { headers })).status).toBe(304);
    const zipped = await ask(path, { headers: { 'accept-encoding': 'gzip' } });
    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    const head = await ask(path, { method: 'HEAD', headers: { 'accept-encoding': 'identity' } });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(SCRIPT.length)]);
    expect(await head.text()).toBe('');
    expect((await ask('/admin/jobs/assets/index-Old1.js')).status).toBe(404);
  },
);

test('fetch: files are sent as they are to Next.js, which removes `Content-Encoding`', async () => {
  const handle = createConsoleFetchHandler({ ...OPTIONS, folder: await buildFolder() });
  const url = 'http://localhost/admin/jobs/assets/index-Ab12.js';
  const request = new Request(url, { headers: { 'accept-encoding': 'gzip' } });
  const response = await handle(Object.assign(request, { nextUrl: new URL(url) }));
  expect([response.headers.get('content-encoding'), await response.text()]).toEqual([null, SCRIPT]);
});

test('fetch: with `compress: false`, files are sent as they are', async () => {
  const options = { ...OPTIONS, folder: await buildFolder() };
  const request = () =>
    new Request('http://localhost/admin/jobs/assets/index-Ab12.js', {
      headers: { 'accept-encoding': 'gzip' },
    });
  expect((await createConsoleFetchHandler(options)(request())).headers.get('content-encoding')).toBe('gzip');
  const plain = await createConsoleFetchHandler({ ...options, compress: false })(request());
  expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, SCRIPT]);
});

test.each(['fetch', 'node'])('%s: answers nothing outside of its prefix, and no writes', async (name) => {
  const ask = await (MOUNTS[name]?.(await buildFolder()) ?? Promise.reject(new Error(name)));
  expect((await ask('/admin')).status).toBe(404);
  expect((await ask('/admin/jobsite')).status).toBe(404);
  expect((await ask('/admin/other/x')).status).toBe(404);
  const refused = await ask('/admin/jobs/', { method: 'POST' });
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test('a handler says which paths it answers, and passes the others to the next one', async () => {
  const options = { ...OPTIONS, folder: await buildFolder() };
  const handle = createConsoleNodeHandler(options);
  for (const { handles } of [handle, createConsoleFetchHandler(options)]) {
    const paths = ['/admin/jobs', '/admin/jobs/runs/1', '/admin/jobsite', '/admin', '/'];
    expect(paths.map(handles)).toEqual([true, true, false, false, false]);
  }
  const server = createServer((request, response) =>
    handle(request, response, () => response.writeHead(418).end()),
  );
  const ask = asker(await listen(server));
  expect((await ask('/admin')).status).toBe(418);
  expect((await ask('/admin/jobs/', { method: 'POST' })).status).toBe(418);
  expect((await ask('/admin/jobs/')).status).toBe(200);
});

test.each([
  [{ api: 'https://other.example/api' }, 'api: must be the path of the jobs API on this origin'],
  [{ api: '//other.example' }, 'api: must be'],
  [{ title: ' ' }, 'title: must be a text'],
  [{ signInUrl: 'javascript:alert(1)' }, 'signInUrl: must be a path'],
  [{ signInUrl: '/\\other.example?x' }, 'signInUrl: must be a path'],
  [{ signInUrl: 'https://' }, 'signInUrl: must be a path'],
  [{ prefix: 'admin' }, 'prefix: must be the path of the console'],
  [{ prefix: '//admin' }, 'prefix: must be'],
  [{ prefix: '/admin/../jobs' }, 'prefix: must be'],
  [{ prefix: '/admin?tab=1' }, 'prefix: must be'],
  [{ folder: 7 }, 'folder: must be the path of a folder; got 7'],
  [{ signOutUrl: 'javascript:alert(1)' }, 'signOutUrl: must be a path such as'],
  [{ sign_in_url: '/login' }, 'sign_in_url: unknown field; did you mean signInUrl?'],
  [{ colour: 'red' }, 'colour: unknown field; known ones are prefix, api, auth,'],
])('says what is wrong with %j', (wrong, message) => {
  // What callers without TypeScript may pass.
  const options = [{ ...OPTIONS, ...wrong }];
  expect(() => Reflect.apply(createConsoleNodeHandler, undefined, options)).toThrow(message);
  expect(() => Reflect.apply(createConsoleFetchHandler, undefined, options)).toThrow(message);
});

test('says all that is wrong, with the fields of an EngineError', () => {
  const make = () => Reflect.apply(createConsoleNodeHandler, undefined, [{ ...OPTIONS, api: 7, auth: 'x' }]);
  expect(make).toThrow(
    expect.objectContaining({
      name: 'EngineError',
      code: 'invalid',
      summary: 'The options of the console are not valid.',
      faults: [
        { pointer: '/api', detail: expect.stringMatching(/^must be the path .*; got 7$/) },
        { pointer: '/auth', detail: expect.stringContaining('got "x"') },
      ],
    }),
  );
});

test('takes a sign-in page with a query', () => {
  createConsoleFetchHandler({ ...OPTIONS, signInUrl: '/login?return_to=/admin/jobs' });
  createConsoleFetchHandler({ ...OPTIONS, signInUrl: 'https://sso.example/login?a=b#c' });
});

test.each(['/büro/jobs', '/my jobs', '/50%25', '/b%C3%BCro', '/"<script>'])(
  'is below a path with special characters: %s',
  async (prefix) => {
    const options = { ...OPTIONS, prefix, folder: await buildFolder() };
    const handle = createConsoleFetchHandler(options);
    const ask = asker(await listen(createServer(createConsoleNodeHandler(options))));
    for (const path of ['', '/', '/jobs/nightly']) {
      expect((await handle(new Request(`http://localhost${prefix}${path}`))).status).toBe(200);
      const response = await ask(`${prefix}${path}`);
      const html = await response.text();
      expect(html).not.toContain('<script>');
      const [, script = ''] = /<script src="([^"]+)"/.exec(html) ?? [];
      const url = new URL(script, response.url);
      expect((await ask(url.pathname)).headers.get('content-type')).toContain('text/javascript');
    }
  },
);

test.each([
  ['', '/'],
  ['/admin/jobs', '/admin/jobs/'],
])('is at the path %j for the prefix %j', async (path, prefix) => {
  const handle = createConsoleFetchHandler({ ...OPTIONS, prefix, folder: await buildFolder() });
  for (const below of ['/', '/jobs/nightly', '/assets/index-Ab12.js']) {
    const response = await handle(new Request(`http://localhost${path}${below}`));
    expect([below, response.status]).toEqual([below, 200]);
  }
});

test("takes Fastify's own options of a plugin", async () => {
  const app = fastify();
  onTestFinished(() => app.close());
  await app.register(consolePlugin, { ...OPTIONS, logLevel: 'warn', folder: await buildFolder() });
  expect((await app.inject('/admin/jobs')).statusCode).toBe(200);
});

test('refuses an unknown way to sign in, and an option that is missing', async () => {
  // @ts-expect-error: the type forbids it, too.
  expect(() => createConsoleFetchHandler({ ...OPTIONS, auth: 'cookie' })).toThrow(
    "'host', 'token' or 'password'",
  );
  // @ts-expect-error: the type requires options, too.
  expect(() => createConsoleNodeHandler()).toThrow('prefix: must be the path of the console');
  // @ts-expect-error: the type requires `api`, too.
  await expect(fastify().register(consolePlugin, { prefix: '/x' })).rejects.toThrow('api: must be');
});
