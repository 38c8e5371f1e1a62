import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, type SourcePackage } from '../package/source-package.ts';

/**
 * What a person has to do before the packages can be published, a text each. These are no faults of the
 * packages, so a dry run lists them and passes.
 */
export function leftToDo(sources: readonly SourcePackage[]): readonly string[] {
  const versions = [...new Set(sources.map(({ manifest }) => manifest.version))];
  if (versions.length > 1) return [`give all packages one version: now they have ${versions.join(', ')}`];
  return [...uncommitted(), ...versions.flatMap(changelog), ...sources.flatMap(published)];
}

function uncommitted(): readonly string[] {
  const changes = execFileSync('git', ['status', '--porcelain'], { cwd: ROOT, encoding: 'utf8' });
  const lines = changes.split('\n').filter((line) => line !== '');
  return lines.map((line) => `commit or remove this change: ${line}`);
}

function changelog(version: string): readonly string[] {
  const lines = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8').split('\n');
  if (lines.some((line) => line === `## ${version}` || line.startsWith(`## ${version} `))) return [];
  if (lines.includes('## Unreleased')) return [`in CHANGELOG.md, rename "## Unreleased" to "## ${version}"`];
  return [`in CHANGELOG.md, write a section "## ${version}"`];
}

/** Asks the registry: it refuses a version that it has. */
function published({ manifest: { name, version } }: SourcePackage): readonly string[] {
  const args = ['view', `${name}@${version}`, 'version', '--json'];
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0 && !stdout.includes('"E404"')) {
    throw new Error(`npm ${args.join(' ')} failed. Check the network and the registry.\n${stderr}`);
  }
  // Without output, the registry has other versions only.
  if (status !== 0 || stdout.trim() === '') return [];
  return [`raise the version: ${name}@${version} is published already`];
}
