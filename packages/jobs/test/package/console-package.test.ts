import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installedSize, makeEmptyProject } from '../../../../scripts/package/empty-project.ts';
import { packPackage } from '../../../../scripts/package/pack.ts';
import { sourcePackages } from '../../../../scripts/package/source-package.ts';

let folder: string;
let project: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'greenvue-console-package-'));
  const source = sourcePackages().find(({ id }) => id === 'console');
  if (source === undefined) throw new Error('@greenvue/console is not published.');
  const { tarball } = await packPackage(source, folder);
  project = join(folder, 'project');
  makeEmptyProject({
    folder: project,
    install: [tarball],
    programs: join(import.meta.dirname, 'console-programs'),
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('@greenvue/console installs no other package, and serves its files by each adapter', () => {
  const { packages, bytes } = installedSize(project);
  expect(packages).toBe(1);
  expect(bytes).toBeLessThan(5_000_000);
  const printed = execFileSync(process.execPath, ['console.mjs'], { cwd: project, encoding: 'utf8' });
  expect(JSON.parse(printed)).toEqual({
    fetch: { page: 200, script: [200, 'text/javascript; charset=utf-8'] },
    node: 200,
    fastify: 'function',
  });
});
