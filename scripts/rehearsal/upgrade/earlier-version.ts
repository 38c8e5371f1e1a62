import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../node.ts';

/** The code of an earlier commit in a folder of its own. */
export interface EarlierVersion {
  /** The commit with its subject. */
  readonly title: string;
  readonly root: string;
}

/** Whether git has the commit, with a server that this rehearsal can start. */
export function isKnownCommit(commit: string): boolean {
  // A commit must not be read as an option of git.
  const main = `${commit}:apps/api/src/main.ts`;
  return !commit.startsWith('-') && spawnSync('git', ['cat-file', '-e', main], { cwd: ROOT }).status === 0;
}

/** Unpacks a commit into `folder`. It uses the installed packages, and the workspaces of that commit. */
export function unpackCommit(commit: string, folder: string): EarlierVersion {
  mkdirSync(folder);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, maxBuffer: 1 << 30 });
  const archive = git('archive', commit, 'apps', 'packages', 'package.json');
  const { status, stderr } = spawnSync('tar', ['-x', '-C', folder], { input: archive });
  if (status !== 0) throw new Error(`tar failed: ${stderr}`);
  linkPackages(folder);
  return { title: git('log', '-1', '--format=%h %cs %s', commit).toString().trim(), root: folder };
}

/** The schemas of a version's two databases, such as `jobs 30, app 8`. */
export function schemasOf(root: string, store: 'sqlite' | 'postgres'): string {
  const count = (folder: string) =>
    readdirSync(join(root, folder, store, 'migrations')).filter((name) => name.endsWith('.sql')).length;
  return `jobs ${count('packages/jobs/src/stores')}, app ${count('apps/api/src/db')}`;
}

function linkPackages(folder: string): void {
  const installed = join(ROOT, 'node_modules');
  const packages = join(folder, 'node_modules');
  mkdirSync(join(packages, '@greenvue'), { recursive: true });
  for (const name of readdirSync(installed))
    if (name !== '@greenvue' && !name.startsWith('.'))
      symlinkSync(join(installed, name), join(packages, name));
  for (const parent of ['packages', 'apps']) {
    for (const name of readdirSync(join(folder, parent))) {
      const file = join(folder, parent, name, 'package.json');
      if (!existsSync(file)) continue;
      const { name: id } = packageSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
      symlinkSync(join(folder, parent, name), join(packages, id));
    }
  }
}

const packageSchema = z.looseObject({ name: z.string() });
