import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { CONDITION_MS } from '../../scripts/test-deadlines.ts';
import { freePort, startProgram } from './start-program.ts';

const EXAMPLES = join(import.meta.dirname, '..');
const ROOT = join(EXAMPLES, '..');
const PAGE = readFileSync(join(ROOT, 'docs/embedding.md'), 'utf8');
const GUIDE = PAGE.split(/^## /m).find((section) => section.startsWith('People and programs')) ?? '';

const FRAMEWORKS: Readonly<Record<string, string>> = {
  'Express, NestJS': 'express',
  Fastify: 'fastify',
  Koa: 'koa',
  '`node:http`': 'node-http',
};

const lines = Array.from(GUIDE.matchAll(/^\| ([^|]+) \| `(.*=>.*)` \|$/gm), ([, names = '', code = '']) => ({
  names,
  code,
  framework: FRAMEWORKS[names] ?? '',
}));

const blockOf = (file: string): string =>
  new RegExp(`^\`\`\`ts file=${file}\\n(.*?)^\`\`\`$`, 'ms').exec(GUIDE)?.[1] ?? '';

/** The example of a framework, with `authorize.ts` of the guide. */
function copyWithTokens(framework: string, change: (server: string) => string): string {
  const folder = mkdtempSync(join(EXAMPLES, `${framework}-with-tokens-`));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(join(EXAMPLES, framework), folder, { recursive: true });
  writeFileSync(join(folder, 'authorize.ts'), blockOf('authorize.ts'));
  const server = readFileSync(join(folder, 'server.ts'), 'utf8').replace(
    'import { authorize, ',
    "import { authorize } from './authorize.ts';\nimport { ",
  );
  writeFileSync(join(folder, 'server.ts'), change(server));
  return folder;
}

const faultsOf = (folder: string): string =>
  spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' }).stdout;

test('the program of the guide for Hono lets in people by their session, and programs by their token', async () => {
  const shown = blockOf('server.ts');
  const folder = copyWithTokens('hono', (server) =>
    server
      .replace(/^const api = .*?^\}\);\n/ms, () => shown)
      .replace(/(?<=^const page .*\n)app\.all\('\/admin\/api.*\n/m, ''),
  );
  expect(faultsOf(folder)).toBe('');
  const PORT = await freePort();
  const program = startProgram(`${basename(folder)}/server.ts`, { PORT, JOBS_TOKEN: 'of-a-program' }, folder);
  const origin = `http://127.0.0.1:${PORT}`;
  await vi.waitFor(
    () => fetch(origin).catch(() => Promise.reject(new Error(program.output()))),
    CONDITION_MS,
  );
  const me = (headers: Record<string, string>) => fetch(`${origin}/admin/api/me`, { headers });
  expect(await (await me({ authorization: 'Bearer of-a-program' })).json()).toMatchObject({
    id: 'program:deploy',
  });
  const body = new URLSearchParams({ name: 'ann', password: 'secret' });
  const signedIn = await fetch(`${origin}/login`, { method: 'POST', body, redirect: 'manual' });
  const [cookie = ''] = signedIn.headers.getSetCookie().map((header) => header.split(';')[0] ?? '');
  expect(await (await me({ cookie })).json()).toMatchObject({ id: 'user:ann' });
  expect((await me({ authorization: 'Bearer wrong' })).status).toBe(401);
  expect(await program.end()).toBe(0);
});

// Next.js writes some types only when it starts.
test.each(lines.filter(({ names }) => names !== 'Next.js'))(
  'the line of the guide for $names compiles in the example',
  ({ framework, code }) => {
    const folder = copyWithTokens(framework, (server) =>
      server.replace(/authorize: .*?=>\s*authorize\(.*?, need\)/s, () => `authorize: ${code}`),
    );
    expect(readFileSync(join(folder, 'server.ts'), 'utf8')).toContain(code);
    expect(faultsOf(folder)).toBe('');
  },
);
