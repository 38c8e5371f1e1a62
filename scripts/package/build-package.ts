import { cpSync, globSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { copyMonitoringFiles } from '../monitoring-files.ts';
import { bundleCode, bundleTypes } from './bundle.ts';
import { LIB, publishedManifest } from './published-manifest.ts';
import { ROOT, type SourcePackage } from './source-package.ts';

/** Files that the code reads by their path. */
const ASSETS = 'src/**/*.sql';

/**
 * Builds a package into the folder `out`, ready for `npm pack`. Nothing in the workspace changes: there,
 * `exports` leads to the TypeScript sources, which Node does not run inside of node_modules.
 */
export async function buildPackage(source: SourcePackage, out: string): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  const lib = join(out, LIB);
  const imported = await bundleCode(source, lib);
  await bundleTypes(source, lib);
  for (const file of globSync(ASSETS, { cwd: source.folder })) {
    cpSync(join(source.folder, file), join(lib, file.slice('src/'.length)));
  }
  for (const pattern of source.manifest.files ?? []) copyShipped(source, pattern, out);
  if (source.manifest.name === '@greenvue/jobs') copyMonitoringFiles(out);
  cpSync(join(source.folder, 'README.md'), join(out, 'README.md'));
  for (const file of ['LICENSE', 'CHANGELOG.md']) cpSync(join(ROOT, file), join(out, file));
  const manifest = publishedManifest(source, imported);
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

function copyShipped({ manifest, folder }: SourcePackage, pattern: string, out: string): void {
  const files = globSync(pattern, { cwd: folder }).filter((file) => !basename(file).startsWith('.'));
  if (files.length === 0)
    throw new Error(`${manifest.name} has no ${pattern}: build it first, as npm test does.`);
  for (const file of files) cpSync(join(folder, file), join(out, file));
}
