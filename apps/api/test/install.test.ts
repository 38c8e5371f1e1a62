import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../src/testing/test-database.ts';
import { ROOT } from './shell.ts';

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ dev: z.boolean().default(false), hasInstallScript: z.boolean().default(false) }),
  ),
});

test('no package that the server needs has a script for its install', () => {
  const { packages } = lockSchema.parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));
  const withScript = Object.entries(packages).filter(
    ([, { dev, hasInstallScript }]) => hasInstallScript && !dev,
  );
  expect(withScript).toEqual([]);
});

test.each([[['--production']], [[]]])('an install %s lets no package run a script', async (flags) => {
  const folder = await temporaryFolder();
  for (const name of ['scripts', 'node_modules', 'bin']) mkdirSync(join(folder, name));
  for (const file of ['scripts/install.mjs', 'package-lock.json'])
    copyFileSync(join(ROOT, file), join(folder, file));
  const npm = join(folder, 'bin', 'npm');
  writeFileSync(npm, `#!/bin/sh\necho "$@" >${folder}/arguments\n`);
  chmodSync(npm, 0o700);
  const env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
  execFileSync(process.execPath, [join(folder, 'scripts', 'install.mjs'), ...flags], {
    env,
    stdio: 'ignore',
  });
  expect(readFileSync(join(folder, 'arguments'), 'utf8').split(/\s/)).toContain('--ignore-scripts');
  expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
});
