import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Bundles a page with this source as the console is bundled, without external packages. */
async function bundle(
  source: string,
): Promise<{ readonly code: string; readonly modules: readonly string[] }> {
  const entry = 'virtual:entry';
  const built = await build({
    root: ROOT,
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? `\0${entry}` : undefined),
        load: (id) => (id === `\0${entry}` ? source : undefined),
      },
    ],
    build: { write: false, target: 'es2022', rollupOptions: { input: entry } },
  });
  const outputs = 'output' in built ? built.output : [];
  const chunks = outputs.flatMap((file) => (file.type === 'chunk' ? [file] : []));
  return {
    code: chunks.map(({ code }) => code).join('\n'),
    modules: chunks.flatMap(({ moduleIds }) => moduleIds).filter((id) => !id.startsWith('\0')),
  };
}

test('a page that reads a job loads what reads jobs, and nothing else', async () => {
  const { code } = await bundle(`
    import { connect, getJob } from '@greenvue/jobs/client';
    getJob(connect({ url: '/api' }), 'a').then((job) => console.log(job.name));
  `);
  expect(code).toContain('/jobs/');
  for (const other of [
    '/job-events',
    'text/event-stream',
    '/auth/',
    '/audit',
    '/job-preview',
    '/cancel',
    'dedupe_key',
  ]) {
    expect(code, other).not.toContain(other);
  }
});

test('all of the client is small, and brings no package along', async () => {
  const { code, modules } = await bundle(`
    import * as client from '@greenvue/jobs/client';
    console.log(client);
  `);
  expect(code).toContain('/job-events');
  expect(modules.filter((id) => !id.startsWith(`${ROOT}src/client/`))).toEqual([]);
  expect(modules.length).toBeGreaterThan(10);
  expect(gzipSync(code).length).toBeLessThan(8_000);
});
