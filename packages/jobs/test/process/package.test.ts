import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../../..');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'greenvue-package-'));
  const modules = join(folder, 'node_modules');
  execFileSync(process.execPath, [join(root, 'scripts/build-jobs.mjs'), join(modules, '@greenvue/jobs')]);
  for (const name of ['fastify', 'zod', 'croner', 'leven']) {
    mkdirSync(modules, { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'dir');
  }
  cpSync(join(import.meta.dirname, 'host-app'), folder, { recursive: true });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('the built package runs in another app: its threads, its REST plugin under another prefix and auth hook', () => {
  const printed = execFileSync(process.execPath, ['app.mjs', join(folder, 'jobs.db')], {
    cwd: folder,
    timeout: 30_000,
  });
  expect(JSON.parse(printed.toString())).toEqual({
    stranger: 401,
    created: 201,
    status: 'succeeded',
    result: { hello: 'Ann', isMainThread: false },
  });
});
