// Runs the programs of `examples/` and asks each what it shows: `npm run examples`, or `npm run examples --
// hono` for one of them. The programs use the packages as users get them. `npm run examples -- next` runs the
// one for Next.js, whose packages take 370 MB.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildPackage } from './package/build-package.ts';
import { ROOT, sourcePackages } from './package/source-package.ts';

const examples = join(ROOT, 'examples');
const nextjs = join(examples, 'nextjs');
const bin = (name: string) => join(ROOT, 'node_modules', '.bin', name);
const [name, ...more] = process.argv.slice(2);
const isNext = name === 'next';

/** Runs a command, and ends this process if it fails. */
function run(command: string, args: readonly string[], cwd = ROOT): void {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const folder = isNext ? nextjs : examples;
run('npm', ['ci', '--no-audit', '--no-fund'], folder);
for (const source of sourcePackages())
  await buildPackage(source, join(folder, 'node_modules', source.manifest.name));
if (isNext) {
  run('npm', ['run', 'build'], nextjs);
  run(process.execPath, ['--test'], nextjs);
} else {
  run(bin('tsc'), ['-p', join(examples, 'tsconfig.json')]);
  // Node does not run decorators: programs for NestJS are always compiled.
  run(bin('tsc'), ['-p', join(examples, 'nestjs', 'tsconfig.json')]);
}
const file = isNext ? 'test/nextjs.test.ts' : 'test/examples';
const only = name === undefined || isNext ? [] : ['-t', name];
const config = join(examples, 'vitest.config.ts');
run(process.execPath, [bin('vitest'), 'run', '--config', config, file, ...only, ...more]);
