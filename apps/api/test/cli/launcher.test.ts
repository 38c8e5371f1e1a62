import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../src/testing/test-database.ts';
import { freePort } from '../../src/testing/test-process.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/greenvue.mjs', import.meta.url));

/** Makes Node say that it is one that can't run TypeScript. */
const OLD =
  "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.19.4'}})";

/** Makes Node say where it keeps what it has compiled. */
const TELL =
  "data:text/javascript,import m from 'node:module';process.on('exit',()=>console.error(m.getCompileCacheDir()))";

async function launch(options: readonly string[], words: readonly string[], launcher = LAUNCHER) {
  const child = spawn(process.execPath, [...options, launcher, ...words], {
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}

test('the launcher runs the CLI, and its exit code is the CLI’s', async () => {
  expect(await launch([], ['--version'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d/),
    stderr: '',
  });
  expect((await launch([], ['nonsense'])).code).toBe(2);
});

test('a Node that is too old hands over to the one that came with the packages', async () => {
  expect(await launch(['--import', OLD], ['--version'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d/),
    stderr: '',
  });
  const url = `http://127.0.0.1:${await freePort()}`;
  expect((await launch(['--import', OLD], ['stats', '--url', url])).code).toBe(3);
});

test('where packages are missing, it says what to do', async () => {
  const folder = await temporaryFolder();
  for (const name of ['bin', 'src']) mkdirSync(join(folder, 'apps', 'api', name), { recursive: true });
  const copy = join(folder, 'apps', 'api', 'bin', 'greenvue.mjs');
  copyFileSync(LAUNCHER, copy);
  writeFileSync(join(folder, 'apps', 'api', 'src', 'cli.ts'), "import '@stricli/core';\n");
  expect(await launch([], ['--version'], copy)).toEqual({
    code: 1,
    stdout: '',
    stderr: `greenvue misses a package. Install the packages, in ${folder}: npm ci\n`,
  });
});

test('what was compiled is kept, beside the packages, and not where others may write', async () => {
  const folder = fileURLToPath(new URL('../../../../node_modules/.cache/greenvue/', import.meta.url));
  expect((await launch(['--import', TELL], ['--version'])).stderr).toContain(folder);
});

test('where there is none, it says what to do', async () => {
  const folder = await temporaryFolder();
  mkdirSync(join(folder, 'bin'));
  const copy = join(folder, 'bin', 'greenvue.mjs');
  copyFileSync(LAUNCHER, copy);
  expect(await launch(['--import', OLD], ['--version'], copy)).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^greenvue needs Node\.js 24\.12 or newer, and this is 20\.19\.4\. .*npm ci\n$/,
    ),
  });
});
