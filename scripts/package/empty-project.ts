import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface EmptyProjectOptions {
  readonly folder: string;
  /** What `npm install` gets: tarballs, and names such as `zod` or `zod@4.0.0`. */
  readonly install: readonly string[];
  /** A folder with the programs to run, which is copied into the project. */
  readonly programs: string;
}

/** Makes a project as a user does: a new folder, a package.json, one `npm install`. */
export function makeEmptyProject({ folder, install, programs }: EmptyProjectOptions): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    '{ "name": "empty-project", "private": true, "version": "1.0.0" }\n',
  );
  const args = [
    'install',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--prefer-offline',
    '--loglevel=error',
  ];
  execFileSync('npm', [...args, ...install], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  });
  cpSync(programs, folder, { recursive: true });
}

/** The number of installed packages, and the bytes of their files. */
export function installedSize(folder: string): { readonly packages: number; readonly bytes: number } {
  const modules = join(folder, 'node_modules');
  const packages = globSync('**/node_modules/{*,@*/*}/package.json', { cwd: folder });
  const files = globSync('**', { cwd: modules, withFileTypes: true }).filter((file) => file.isFile());
  const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  return { packages: packages.length, bytes };
}
