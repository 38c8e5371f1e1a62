import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MONITORING_FILES } from '../../../../scripts/monitoring-files.ts';
import { apiReport, apiReportFile } from '../../../../scripts/package/api-report.ts';
import { installedSize, makeEmptyProject } from '../../../../scripts/package/empty-project.ts';
import { type PackedPackage, packPackage } from '../../../../scripts/package/pack.ts';
import { publintFaults } from '../../../../scripts/package/publint-faults.ts';
import { OLDEST_NODE } from '../../../../scripts/package/published-manifest.ts';
import { SBOM, type Sbom } from '../../../../scripts/package/sbom.ts';
import { ROOT, sourcePackages } from '../../../../scripts/package/source-package.ts';
import { nodeBinary } from '../../../../scripts/release/tools.ts';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import { freePort, runReadme } from './readme-program.ts';
import { expectedOf } from './tested-programs.ts';

const PROGRAMS = join(import.meta.dirname, 'programs');
let folder: string;
let packed: readonly PackedPackage[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'greenvue-package-'));
  packed = await Promise.all(sourcePackages().map((source) => packPackage(source, folder)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function tarballOf(name: string): string {
  const tarball = packed.find(({ source }) => source.manifest.name === name)?.tarball;
  if (tarball === undefined) throw new Error(`${name} was not packed.`);
  return tarball;
}

function makeProject(name: string, install: readonly string[]): string {
  const project = join(folder, name);
  makeEmptyProject({ folder: project, install, programs: PROGRAMS });
  return project;
}

/** Runs a program of the project, and returns the JSON that it prints. */
function run(project: string, ...args: readonly string[]): unknown {
  return runWith(process.execPath, project, ...args);
}

function runWith(node: string, project: string, ...args: readonly string[]): unknown {
  const options = { cwd: project, timeout: CONDITION_MS, encoding: 'utf8', stdio: 'pipe' } as const;
  return JSON.parse(execFileSync(node, args, options));
}

describe('each published package', () => {
  it('has no fault that publint finds', async () => {
    const faults = await Promise.all(packed.map(({ built }) => publintFaults(built)));
    expect(faults.flat()).toEqual([]);
  });

  it('lists its entry points in its README', () => {
    const missing = packed.flatMap(({ source, built }) => {
      const readme = readFileSync(join(built, 'README.md'), 'utf8');
      const entries = Object.keys(source.manifest.exports).filter((path) => path !== '.');
      return entries
        .map((path) => path.replace(/^\./, source.manifest.name))
        .filter((entry) => !readme.includes(entry));
    });
    expect(missing).toEqual([]);
  });

  it('has the dashboard and the alert rules, in the package of the metrics', () => {
    const built = packed.find(({ source }) => source.manifest.name === '@greenvue/jobs')?.built ?? '';
    for (const [file, published] of MONITORING_FILES)
      expect(readFileSync(join(built, published), 'utf8')).toBe(readFileSync(join(ROOT, file), 'utf8'));
  });

  it('has a bill of materials with each package that it contains or installs, with its hash and license', () => {
    const contents = packed.map(({ source, built }) => {
      const sbom: Sbom = JSON.parse(readFileSync(join(built, SBOM), 'utf8'));
      const others = sbom.components.filter(({ name }) => !name.startsWith('@greenvue/'));
      expect(others.filter(({ hashes, licenses }) => !hashes?.length || !licenses?.length)).toEqual([]);
      expect([sbom.bomFormat, sbom.metadata.component.name]).toEqual(['CycloneDX', source.manifest.name]);
      return [source.id, others.map(({ name }) => name)] as const;
    });
    const of = new Map(contents);
    expect(of.get('jobs')?.toSorted()).toEqual(['croner', 'leven']);
    // A dependency of a dependency; a package in the built pages; and none of the tests.
    expect(of.get('cli')).toContain('string-width');
    expect(of.get('console')).toEqual(expect.arrayContaining(['react', 'scheduler', 'uplot']));
    expect([...of.values()].flat()).not.toContain('playwright-core');
  });

  it('exports what its API report says; after a wanted change run npm run api-report', () => {
    for (const { source, built } of packed) {
      const report = apiReport(source, built);
      expect(report, 'run npm run api-report, and review its diff').toBe(
        readFileSync(apiReportFile(source), 'utf8'),
      );
    }
  });
});

describe('@greenvue/jobs in an empty project with zod', () => {
  let project: string;
  beforeAll(() => {
    project = makeProject('zod', [tarballOf('@greenvue/jobs'), 'zod']);
  });

  it('installs at most 12 packages and 10 MB', () => {
    const { packages, bytes } = installedSize(project);
    expect(packages).toBeLessThanOrEqual(12);
    expect(bytes).toBeLessThan(10_000_000);
  });

  it('runs jobs inline and in threads over SQLite, and keeps them', () => {
    expect(run(project, 'sqlite.mjs', join(project, 'modules.db'))).toEqual(expectedOf('sqlite.mjs'));
  });

  it('runs from CommonJS, with a thread whose file is CommonJS', () => {
    expect(run(project, 'require.cjs', join(project, 'common.db'))).toEqual(expectedOf('require.cjs'));
  });

  it('runs the program in the README', async () => {
    const done = async () => {
      using database = new DatabaseSync(join(project, 'jobs.db'), { readOnly: true });
      return database.prepare('SELECT id FROM runs').get();
    };
    expect(await runReadme({ project, name: '@greenvue/jobs', port: 0, done })).toBe('');
  });

  it('says how to install pg where the PostgreSQL store needs it', () => {
    expect(run(project, 'imports.mjs', '@greenvue/jobs/postgres')).toEqual({
      '@greenvue/jobs/postgres':
        '@greenvue/jobs/postgres needs the package pg, and it is not installed. Install it: npm install pg',
    });
  });
});

describe('all packages in a project with their peers', () => {
  let project: string;
  beforeAll(() => {
    const peers = packed.flatMap(({ source }) => Object.keys(source.manifest.peerDependencies ?? {}));
    const tarballs = packed.map(({ tarball }) => tarball);
    project = makeProject('peers', [...tarballs, ...new Set(peers), '@types/pg', '@types/node']);
  });

  it('loads each entry point', () => {
    const entries = packed.flatMap(({ source }) =>
      Object.keys(source.manifest.exports).map((path) => path.replace(/^\./, source.manifest.name)),
    );
    expect(run(project, 'imports.mjs', ...entries)).toEqual({});
  });

  it.each(['fastify.mjs', 'node-http.mjs', 'fetch.mjs'])(
    'serves the REST API and the console: %s',
    (file) => {
      expect(run(project, file, join(project, `${file}.db`))).toEqual(expectedOf(file));
    },
  );

  it('has the command greenvue-jobs', () => {
    const command = join(project, 'node_modules/.bin/greenvue-jobs');
    expect(execFileSync(command, ['--help'], { encoding: 'utf8' })).toContain('greenvue-jobs');
  });

  it('runs the program in the README of the console', async () => {
    const port = await freePort();
    const done = async () => (await fetch(`http://localhost:${port}/admin/jobs/`)).ok;
    expect(await runReadme({ project, name: '@greenvue/console', port, done })).toBe('');
  });

  it('has types that compile as they are, in ES modules and in CommonJS', () => compileTypes(project));
});

describe('all packages in a project with the oldest versions of their peers', () => {
  let project: string;
  beforeAll(() => {
    const peers = packed.flatMap(({ source }) => Object.entries(source.manifest.peerDependencies ?? {}));
    const oldest = peers.map(([name, range]) => `${name}@${range.replace('^', '')}`);
    const tarballs = packed.map(({ tarball }) => tarball);
    project = makeProject('oldest', [...tarballs, ...new Set(oldest), '@types/pg', '@types/node']);
  });

  it('share one zod with it', () => {
    expect(globSync('**/node_modules/zod/package.json', { cwd: project })).toHaveLength(1);
  });

  it.each(['sqlite.mjs', 'require.cjs', 'fastify.mjs', 'node-http.mjs', 'fetch.mjs'])(
    `run on Node ${OLDEST_NODE}, the oldest: %s`,
    (file) => {
      const node = nodeBinary(OLDEST_NODE);
      expect(runWith(node, project, file, join(project, `${file}.db`))).toEqual(expectedOf(file));
    },
  );

  it('have types that compile as they are', () => compileTypes(project));
});

/** Also the files of the packages: `skipLibCheck` is off. */
function compileTypes(project: string): void {
  const tsc = join(import.meta.dirname, '../../../../node_modules/.bin/tsc');
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
  expect(() =>
    execFileSync(tsc, [...options, 'compiled/types.mts', 'compiled/types.cts'], { cwd: project }),
  ).not.toThrow();
}
