// Builds the console into packages/console/dist if its sources have changed. Plain JavaScript like
// install.mjs, which runs before it. Prints to stderr only. `--optional`: a server without its console is
// better than no server, so a failure is only reported.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'packages', 'console');
const built = join(folder, 'dist');
const stampFile = join(built, '.stamp');
const isOptional = process.argv.includes('--optional');

const sources = [
  'packages/console/src',
  'packages/console/public',
  'packages/console/index.html',
  'packages/console/package.json',
  'packages/console/vite.config.ts',
  // What the console imports from other packages.
  'packages/accounts/src',
  'packages/jobs/src/client',
  'packages/jobs/src/http',
  'packages/jobs/src/core',
  'docs/glossary.md',
  'package-lock.json',
];

/** From names and contents: a checkout or a copy changes the times of files and nothing else. */
function stampOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap(filesAt).sort()) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesAt(path) {
  if (/\.[a-z]+$/.test(path)) return [path];
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) =>
      join(entry.parentPath ?? entry.path, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    );
}

function build(stamp) {
  // Built beside its place and then renamed in one step, because a server may read there. A rename across
  // mounts fails.
  const fresh = join(folder, `.dist-${process.pid}`);
  const old = join(folder, `.dist-${process.pid}-old`);
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const ours = join(root, 'node_modules', '.bin', 'node');
  const node = process.platform !== 'win32' && existsSync(ours) ? ours : process.execPath;
  const args = [vite, 'build', '--logLevel', 'error', '--emptyOutDir', '--outDir', fresh];
  const result = spawnSync(node, args, { cwd: folder, stdio: ['ignore', 2, 2] });
  try {
    if (result.status !== 0) throw result.error ?? new Error('see the lines above');
    writeFileSync(join(fresh, '.stamp'), stamp);
    if (existsSync(built)) renameSync(built, old);
    renameSync(fresh, built);
  } catch (error) {
    // Another process has built the same console meanwhile.
    if (isBuilt(stamp)) return;
    if (!existsSync(built) && existsSync(old)) renameSync(old, built);
    throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

function isBuilt(stamp) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
}

try {
  const stamp = stampOf(sources);
  if (!isBuilt(stamp)) {
    process.stderr.write('Building the console (once for each change of it) ...\n');
    build(stamp);
  }
} catch (error) {
  process.stderr.write(`The console could not be built: ${error.message}\n`);
  if (!isOptional) process.exit(1);
  process.stderr.write('The server starts without it. To try again, run npm run console.\n');
}
