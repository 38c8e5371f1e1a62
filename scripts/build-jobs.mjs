// Builds @greenvue/jobs for the registry, into packages/jobs/dist or the given folder: Node does not run
// TypeScript inside node_modules. `npm publish packages/jobs/dist` publishes it.
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'packages', 'jobs');
const out = resolve(process.argv[2] ?? join(source, 'dist'));

rmSync(out, { recursive: true, force: true });
const tsc = join(root, 'node_modules', '.bin', 'tsc');
const { status } = spawnSync(tsc, ['-p', join(source, 'tsconfig.build.json'), '--outDir', out], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);

for (const store of ['sqlite', 'postgres']) {
  const migrations = join('stores', store, 'migrations');
  cpSync(join(source, 'src', migrations), join(out, migrations), { recursive: true });
}
cpSync(join(root, 'LICENSE'), join(out, 'LICENSE'));
const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
delete manifest.devDependencies;
delete manifest.private;
for (const [name, file] of Object.entries(manifest.exports)) {
  const built = file.replace('./src/', './');
  manifest.exports[name] = { types: built.replace(/\.ts$/, '.d.ts'), default: built.replace(/\.ts$/, '.js') };
}
writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
