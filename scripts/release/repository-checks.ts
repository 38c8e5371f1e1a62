import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiReport, apiReportFile } from '../package/api-report.ts';
import type { PackedPackage } from '../package/pack.ts';
import { ROOT } from '../package/source-package.ts';
import type { Check } from './check.ts';

/** What the repository must say before a release: nothing uncommitted, one version, its changes, its API. */
export function repositoryChecks(packed: readonly PackedPackage[]): readonly Check[] {
  return [
    { name: 'all changes are committed', run: requireCleanTree },
    {
      name: 'the packages have one version, and CHANGELOG.md describes it',
      run: () => requireVersion(packed),
    },
    ...packed.map(({ source, built }) => ({
      name: `the API report of ${source.manifest.name} is up to date`,
      run: () => {
        if (apiReport(source, built) === readFileSync(apiReportFile(source), 'utf8')) return undefined;
        throw new Error('run npm run api-report, and commit what it changes');
      },
    })),
  ];
}

function requireCleanTree(): undefined {
  const changes = execFileSync('git', ['status', '--porcelain'], { cwd: ROOT, encoding: 'utf8' });
  if (changes !== '') throw new Error(`commit or remove these first:\n${changes}`);
}

function requireVersion(packed: readonly PackedPackage[]): string {
  const versions = [...new Set(packed.map(({ source }) => source.manifest.version))];
  const [version] = versions;
  if (version === undefined || versions.length > 1) throw new Error(`found ${versions.join(', ')}`);
  const changes = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
  if (changes.split('\n').some((line) => line.startsWith(`## ${version}`))) return version;
  throw new Error(`CHANGELOG.md has no section ## ${version}: rename its section ## Unreleased`);
}
