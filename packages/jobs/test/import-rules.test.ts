import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

interface Layer {
  /** Files and folders (with a slash at the end); the longest one that fits a file says its layer. */
  readonly paths: readonly string[];
  /** The other layers that it may import. */
  readonly may: readonly string[];
  /** Those of which it may import types alone. */
  readonly mayTypes?: readonly string[];
  /** The packages that it may import; absent: any. `node:` stands for all built-ins. */
  readonly packages?: readonly string[];
  /** Those of which it may import types alone. */
  readonly typePackages?: readonly string[];
}

const JOBS = 'packages/jobs/src';
const API = 'apps/api/src';
const CORE = ['core', 'plain core'];

/** Who may import whom. Left out is forbidden. */
const LAYERS: Readonly<Record<string, Layer>> = {
  // What a browser may load, too: it imports nothing.
  'plain core': {
    paths: ['duration.ts', 'timestamp.ts', 'run.ts'].map((file) => `${JOBS}/core/${file}`),
    may: [],
    packages: [],
  },
  // How a thread gives way, and bounds what it keeps.
  thread: {
    paths: ['bounded-map.ts', 'thread-priority.ts'].map((file) => `${JOBS}/${file}`),
    may: [],
    packages: ['node:'],
  },
  core: { paths: [`${JOBS}/core/`], may: ['plain core'], packages: ['croner', 'zod'] },
  'engine port': {
    paths: ['engine-port.ts', 'engine-stats.ts', 'tracing.ts'].map((file) => `${JOBS}/engine/${file}`),
    may: CORE,
    packages: [],
  },
  engine: {
    paths: [`${JOBS}/engine/`],
    may: [...CORE, 'engine port', 'thread'],
    packages: ['node:', 'zod'],
  },
  // Both stores keep the same columns: what they mean is written once, beside the two, which never know of
  // each other.
  'store rows': { paths: [`${JOBS}/stores/rows/`], may: CORE, packages: [] },
  'sqlite store': {
    paths: [`${JOBS}/stores/sqlite/`],
    may: [...CORE, 'store rows', 'thread'],
    packages: ['node:'],
  },
  'postgres store': {
    paths: [`${JOBS}/stores/postgres/`],
    may: [...CORE, 'store rows', 'thread'],
    packages: ['node:', 'pg'],
  },
  http: {
    paths: [`${JOBS}/http/`],
    may: ['plain core'],
    mayTypes: ['core', 'engine port'],
    packages: ['zod'],
  },
  fastify: {
    paths: [`${JOBS}/fastify/`],
    may: ['http', ...CORE, 'engine port'],
    packages: ['fastify', 'node:', 'zod'],
  },
  // What a page loads: the shapes of the contract, and nothing of what checks them.
  client: { paths: [`${JOBS}/client/`], may: [], mayTypes: ['http'], packages: [], typePackages: ['zod'] },
  opentelemetry: {
    paths: [`${JOBS}/opentelemetry/`],
    may: [],
    mayTypes: ['engine port'],
    packages: ['@opentelemetry/api'],
  },
  testing: { paths: [`${JOBS}/testing/`], may: [...CORE, 'engine port', 'engine'] },
  'entry point': { paths: [`${JOBS}/index.ts`], may: [...CORE, 'engine port', 'engine'], packages: [] },
  console: { paths: ['packages/console/src/'], may: [] },
  // What the server has of it: where the built files are. The rest is for browsers.
  'console server': { paths: ['packages/console/src/server.ts'], may: [], packages: ['node:'] },

  // The app: composition → app → jobs → features → db. What is in no other layer is composition.
  db: { paths: [`${API}/db/`], may: ['shared'] },
  shared: {
    paths: [
      'client-address',
      'clock',
      'cursor',
      'event-sampler',
      'paging',
      'principal',
      'problem',
      'responses',
      'security-log',
      'start-error',
      'text',
    ].map((file) => `${API}/${file}.ts`),
    may: ['db'],
  },
  'app plumbing': { paths: [`${API}/http/`], may: ['db', 'shared'] },
  auth: { paths: [`${API}/auth/`], may: ['db', 'shared'] },
  listings: { paths: [`${API}/listings/`], may: ['db', 'shared'] },
  search: { paths: [`${API}/search/`], may: ['db', 'shared'] },
  notifications: { paths: [`${API}/notifications/`], may: ['db', 'shared'] },
  health: { paths: [`${API}/health/`], may: ['db', 'shared'] },
  'docs page': { paths: [`${API}/docs-page/`, `${API}/confirm-page/`], may: [] },
  'console page': { paths: [`${API}/console/`], may: [] },
  jobs: {
    paths: [`${API}/jobs/`],
    may: ['auth', 'listings', 'search', 'notifications', 'health', 'db', 'shared'],
  },
  app: {
    paths: [`${API}/app.ts`],
    may: ['app plumbing', 'docs page', 'console page', 'db', 'shared'],
    mayTypes: ['composition'],
  },
  composition: {
    paths: [`${API}/`],
    may: [
      'app',
      'app plumbing',
      'jobs',
      'auth',
      'listings',
      'search',
      'notifications',
      'health',
      'docs page',
      'console page',
      'db',
      'shared',
    ],
  },
};

/** What each package gives to others. */
const ENTRY_POINTS =
  /^@greenvue\/(jobs(\/(sqlite|postgres|fastify|opentelemetry|http|client|testing))?|console)$/;

interface Import {
  readonly specifier: string;
  readonly isType: boolean;
}

function layerOf(file: string): string | undefined {
  const fits = Object.entries(LAYERS).flatMap(([name, { paths }]) =>
    paths
      .filter((path) => (path.endsWith('/') ? file.startsWith(path) : file === path))
      .map((path) => ({ name, path })),
  );
  return fits.toSorted((a, b) => b.path.length - a.path.length)[0]?.name;
}

function importsIn(source: string): readonly Import[] {
  const found = source.matchAll(
    /^\s*(?:import|export)\s+(type\s)?[^;'"]*?from\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
  );
  return Array.from(found, ([, type, from, bare, dynamic]) => ({
    specifier: from ?? bare ?? dynamic ?? '',
    isType: type !== undefined,
  }));
}

/** Why a file may not have an import; undefined if it may. */
function faultOf(file: string, { specifier, isType }: Import): string | undefined {
  const name = layerOf(file);
  const layer = name === undefined ? undefined : LAYERS[name];
  if (layer === undefined) return `${file} is in no layer: add it to the table`;
  const complaint = `${file} (${name}) must not import ${specifier}`;
  if (!specifier.startsWith('.')) return mayHave(layer, { specifier, isType }, file) ? undefined : complaint;
  const target = normalize(join(dirname(file), specifier));
  const targetLayer = layerOf(target);
  // What lies outside of the sources, such as a package.json or a page's assets, has no layer.
  if (targetLayer === undefined) return /\/src\//.test(target) ? complaint : undefined;
  const may = [name, ...layer.may, ...(isType ? (layer.mayTypes ?? []) : [])];
  return may.includes(targetLayer) ? undefined : complaint;
}

function mayHave(layer: Layer, { specifier, isType }: Import, file: string): boolean {
  if (specifier.startsWith('@greenvue/')) {
    if (!ENTRY_POINTS.test(specifier)) return false;
    if (file.startsWith(API)) return true;
    return layerOf(file) === 'console' && /^@greenvue\/jobs\/(http|client)$/.test(specifier);
  }
  if (layer.packages === undefined) return true;
  const name = specifier.startsWith('node:') ? 'node:' : specifier;
  return [...layer.packages, ...(isType ? (layer.typePackages ?? []) : [])].includes(name);
}

function sources(): readonly string[] {
  return ['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map((path) => `${folder}/${path}`)
      .filter((path) => /^(packages|apps)\/[^/]+\/src\/.*\.tsx?$/.test(path))
      .filter((path) => !/\.(test|bench|d)\.tsx?$/.test(path)),
  );
}

describe('imports', () => {
  test('follow the table, in every source of the repository', () => {
    const files = sources();
    expect(files.length).toBeGreaterThan(50);
    const faults = files.flatMap((file) =>
      importsIn(readFileSync(join(ROOT, file), 'utf8')).map((found) => faultOf(file, found)),
    );
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  test.each([
    [`${JOBS}/core/job.ts`, '../engine/engine.ts', false],
    [`${JOBS}/core/job.ts`, 'node:fs', false],
    [`${JOBS}/core/duration.ts`, './cron.ts', false],
    [`${JOBS}/engine/engine.ts`, '../stores/sqlite/store.ts', false],
    [`${JOBS}/stores/sqlite/store.ts`, '../postgres/store.ts', false],
    [`${JOBS}/stores/rows/job-row.ts`, '../postgres/job-rows.ts', true],
    [`${JOBS}/stores/sqlite/store.ts`, '../../engine/options.ts', true],
    [`${JOBS}/http/job.ts`, '../core/schedule.ts', false],
    [`${JOBS}/http/job.ts`, '../engine/engine.ts', true],
    [`${JOBS}/http/job.ts`, 'node:buffer', false],
    [`${JOBS}/http/job.ts`, 'fastify', true],
    [`${JOBS}/fastify/plugin.ts`, '../engine/timing/pass-loop.ts', false],
    [`${JOBS}/client/jobs.ts`, '../fastify/plugin.ts', true],
    [`${JOBS}/client/jobs.ts`, '../http/job.ts', false],
    [`${JOBS}/client/jobs.ts`, 'zod', false],
    [`${JOBS}/client/jobs.ts`, 'node:crypto', true],
    [`${JOBS}/http/job.ts`, '@greenvue/jobs', false],
    [`packages/console/src/main.tsx`, '@greenvue/jobs', false],
    [`packages/console/src/main.tsx`, './server.ts', false],
    [`packages/console/src/server.ts`, 'vite', false],
    [`packages/console/src/main.tsx`, '../../jobs/src/http/job.ts', false],
    [`${API}/main.ts`, '../../../packages/jobs/src/index.ts', false],
    [`${API}/main.ts`, '@greenvue/jobs/src/index.ts', false],
    [`${API}/listings/listings.ts`, '../search/search.ts', false],
    [`${API}/listings/listings.ts`, '../jobs/catalogue.ts', false],
    [`${API}/listings/listings.ts`, '../deps.ts', true],
    [`${API}/db/outbox.ts`, '../auth/users.ts', false],
    [`${API}/app.ts`, './jobs/catalogue.ts', false],
  ])('would be caught: %s of %s', (file, specifier, isType) => {
    expect(faultOf(file, { specifier, isType })).toContain('must not import');
  });

  test('are found in all their forms', () => {
    const source = [
      "import type { A } from './a.ts';",
      "import { b,\n  c } from './b.ts';",
      "export * from './c.ts';",
      "import './d.ts';",
      "const e = await import('./e.ts');",
    ].join('\n');
    expect(importsIn(source)).toEqual([
      { specifier: './a.ts', isType: true },
      { specifier: './b.ts', isType: false },
      { specifier: './c.ts', isType: false },
      { specifier: './d.ts', isType: false },
      { specifier: './e.ts', isType: false },
    ]);
  });
});
