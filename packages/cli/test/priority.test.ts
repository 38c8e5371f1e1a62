import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commandLine } from './command-line.ts';

const { run, done } = commandLine();

// Promise P29, limits and priority.
test('a job is made with a priority, shown with it, and edited', async () => {
  const create = ['jobs', 'create', 'receipts', '--name', 'Receipts', '--type', 'greet', '--on-demand'];
  await done(...create, '--priority', 'high');
  expect(await done('jobs', 'show', 'receipts')).toMatch(/^Priority +high$/m);
  expect(await done('jobs', 'edit', 'receipts', '--priority', 'low')).toMatch(/^\+priority: low$/m);
  expect(await done('jobs', 'edit', 'receipts', '--reset', 'priority')).toMatch(/^-priority: low$/m);
  expect(await done('jobs', 'edit', 'receipts', '--priority', 'normal')).toContain('nothing to change');
  const { code, stderr } = await run(['jobs', 'edit', 'receipts', '--priority', 'urgent']);
  expect(code).not.toBe(0);
  expect(stderr).toContain('must be one of high, normal, low');
});

test('a file may have a priority, and one without it means normal', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'greenvue-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'jobs.yaml');
  const apply = (more: string) => {
    writeFileSync(file, `- { id: bulk, name: Bulk, type: greet, on_demand: true${more} }\n`);
    return done('jobs', 'apply', '-f', file);
  };
  expect(await apply('')).toContain('created bulk');
  expect(await apply(', priority: normal')).toContain('1 unchanged');
  expect(await apply(', priority: low')).toContain('changed bulk');
  expect(await apply('')).toContain('changed bulk');
  expect(await done('jobs', 'show', 'bulk')).toMatch(/^Priority +normal$/m);
});
