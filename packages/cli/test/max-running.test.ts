import { expect, test } from 'vitest';
import { commandLine } from './command-line.ts';

const { run, done } = commandLine();

// Promise P29, limits and priority.
test('a job is made with max_running, shown with it, and edited', async () => {
  const create = ['jobs', 'create', 'thumbs', '--name', 'Thumbs', '--type', 'greet', '--on-demand'];
  await done(...create, '--overlap', 'allow', '--max-running', '3');
  expect(await done('jobs', 'show', 'thumbs')).toMatch(/^Max running +3$/m);
  expect(await done('jobs', 'edit', 'thumbs', '--max-running', '5')).toMatch(/^\+max_running: 5$/m);
  expect(await done('jobs', 'edit', 'thumbs', '--reset', 'max_running')).toMatch(/^-max_running: 5$/m);
  const { code, stderr } = await run(['jobs', 'edit', 'thumbs', '--overlap', 'skip', '--max-running', '5']);
  expect(code).not.toBe(0);
  expect(stderr).toContain('"overlap": "allow"');
});
