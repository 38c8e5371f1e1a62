// Releases the packages: builds and packs them, checks the result as users get it, and publishes it.
// `--dry-run` does all but the last, and lists what would be published.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installedSize, makeEmptyProject } from './package/empty-project.ts';
import { type PackedPackage, packPackage } from './package/pack.ts';
import { ROOT, sourcePackages } from './package/source-package.ts';
import { type Check, runChecks } from './release/check.ts';
import { hostChecks, nextCheck } from './release/host-checks.ts';
import { megabytes, packageChecks } from './release/package-checks.ts';
import { repositoryChecks } from './release/repository-checks.ts';
import { oldestPeersChecks, runtimeChecks } from './release/runtime-checks.ts';

const PROGRAMS = join(ROOT, 'packages/jobs/test/package/programs');
const MAX_PACKAGES = 12;
const MAX_BYTES = 10_000_000;

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } });
const folder = mkdtempSync(join(tmpdir(), 'greenvue-release-'));
try {
  const packed: PackedPackage[] = [];
  for (const source of sourcePackages()) packed.push(await packPackage(source, folder));
  const failed = await runChecks([
    ...repositoryChecks(packed),
    ...packageChecks(packed),
    smallInstall(packed),
    ...installedChecks(packed),
  ]);
  for (const { source, tarball, contents } of packed) {
    const { name, version } = source.manifest;
    const size = `${megabytes(contents.size)} packed, ${megabytes(contents.unpackedSize)} unpacked`;
    process.stdout.write(`\n${name}@${version}: ${contents.files.length} files, ${size}\n`);
    for (const { path } of contents.files) process.stdout.write(`  ${path}\n`);
    if (failed === 0 && !values['dry-run']) publish(tarball);
  }
  if (failed > 0) {
    process.stdout.write(`\n${failed} checks failed. Nothing was published.\n`);
    process.exitCode = 1;
  } else if (values['dry-run']) {
    process.stdout.write('\nAll checks passed. Without --dry-run, these packages are published.\n');
  }
} finally {
  rmSync(folder, { recursive: true });
}

function smallInstall(packed: readonly PackedPackage[]): Check {
  return {
    name: `SQLite with zod installs at most ${MAX_PACKAGES} packages and ${megabytes(MAX_BYTES)}`,
    run: () => {
      const project = join(folder, 'small');
      const jobs = packed.filter(({ source }) => source.id === 'jobs').map(({ tarball }) => tarball);
      makeEmptyProject({ folder: project, install: [...jobs, 'zod'], programs: PROGRAMS });
      const { packages, bytes } = installedSize(project);
      if (packages <= MAX_PACKAGES && bytes <= MAX_BYTES) return `${packages} packages, ${megabytes(bytes)}`;
      throw new Error(`${packages} packages, ${megabytes(bytes)}`);
    },
  };
}

/** The checks of projects that have all packages and their peers, the newest and the oldest. */
function installedChecks(packed: readonly PackedPackage[]): readonly Check[] {
  const own = packed.map(({ tarball }) => tarball);
  const peers = new Map(
    packed.flatMap(({ source }) => Object.entries(source.manifest.peerDependencies ?? {})),
  );
  const newest = join(folder, 'newest');
  const oldest = join(folder, 'oldest');
  const oldestPeers = [...peers].map(([name, range]) => `${name}@${range.replace('^', '')}`);
  return [
    installCheck('the newest peers', newest, [...own, ...peers.keys(), '@types/pg', '@types/node']),
    ...runtimeChecks(newest),
    ...hostChecks(newest),
    installCheck('the oldest peers', oldest, [...own, ...oldestPeers]),
    ...oldestPeersChecks(oldest),
    nextCheck(join(folder, 'next'), own),
  ];
}

function installCheck(what: string, project: string, install: readonly string[]): Check {
  return {
    name: `all packages install with ${what}`,
    run: () => {
      makeEmptyProject({ folder: project, install, programs: PROGRAMS });
      return undefined;
    },
  };
}

function publish(tarball: string): void {
  execFileSync('npm', ['publish', tarball, '--access', 'public'], { stdio: 'inherit' });
}
