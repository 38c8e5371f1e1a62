import { join } from 'node:path';
import { NEEDED_BY_PROGRAMS } from '../../packages/jobs/test/package/tested-programs.ts';
import { installedSize, makeEmptyProject } from '../package/empty-project.ts';
import type { PackedPackage } from '../package/pack.ts';
import { ROOT } from '../package/source-package.ts';
import type { PostgresServer } from '../postgres/server.ts';
import type { Check } from './check.ts';
import { commandChecks } from './command-checks.ts';
import { hostChecks, nextCheck } from './host-checks.ts';
import { megabytes } from './package-checks.ts';
import { oldestPeersCheck, runtimeChecks } from './runtime-checks.ts';

const PROGRAMS = join(ROOT, 'packages/jobs/test/package/programs');
const MAX_PACKAGES = 12;
const MAX_BYTES = 10_000_000;

export interface InstallChecksOptions {
  readonly packed: readonly PackedPackage[];
  /** The server for the programs that use PostgreSQL. */
  readonly postgres: PostgresServer;
  /** The parent of the projects. */
  readonly folder: string;
}

/** Installs the packages in empty projects, and runs programs there. */
export function installChecks({ packed, postgres, folder }: InstallChecksOptions): readonly Check[] {
  const own = packed.map(({ tarball }) => tarball);
  const peers = new Map(
    packed.flatMap(({ source }) => Object.entries(source.manifest.peerDependencies ?? {})),
  );
  const oldestPeers = [...peers].map(([name, range]) => `${name}@${range.replace('^', '')}`);
  const newest = join(folder, 'newest');
  const oldest = join(folder, 'oldest');
  return [
    smallInstall(packed, join(folder, 'small')),
    installCheck('the newest peers', newest, [...own, ...peers.keys(), '@types/pg', '@types/node']),
    ...runtimeChecks(newest, postgres),
    ...commandChecks(newest),
    ...hostChecks(newest),
    installCheck('the oldest peers', oldest, [...own, ...oldestPeers]),
    oldestPeersCheck(oldest, postgres),
    nextCheck(join(folder, 'next'), own),
  ];
}

function smallInstall(packed: readonly PackedPackage[], project: string): Check {
  return {
    name: `SQLite with zod installs at most ${MAX_PACKAGES} packages and ${megabytes(MAX_BYTES)}`,
    run: () => {
      const jobs = packed.filter(({ source }) => source.id === 'jobs').map(({ tarball }) => tarball);
      makeEmptyProject({ folder: project, install: [...jobs, 'zod'], programs: PROGRAMS });
      const { packages, bytes } = installedSize(project);
      if (packages <= MAX_PACKAGES && bytes <= MAX_BYTES) return `${packages} packages, ${megabytes(bytes)}`;
      throw new Error(`${packages} packages, ${megabytes(bytes)}`);
    },
  };
}

function installCheck(what: string, project: string, install: readonly string[]): Check {
  return {
    name: `all packages install with ${what}`,
    run: () => {
      makeEmptyProject({
        folder: project,
        install: [...install, ...NEEDED_BY_PROGRAMS],
        programs: PROGRAMS,
      });
      return undefined;
    },
  };
}
