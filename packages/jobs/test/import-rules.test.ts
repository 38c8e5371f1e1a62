import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CONSOLE_LAYERS } from './console-layers.ts';
import { ENGINE_LAYERS } from './engine-layers.ts';
import { ENTRY_FILES } from './entry-files.ts';
import type { Layer } from './layer.ts';
import { allFiles, cyclesAmong, type Import, importsIn, readImports, sources } from './source-imports.ts';

const JOBS = 'packages/jobs/src';
const API = 'apps/api/src';
const CORE = ['core', 'plain core'];
/** What both databases share. */
const SHARED_BY_STORES = [
  'store rows',
  'store reads',
  'store alerts',
  'store secrets',
  'store chains',
  'store checkpoints',
  'store calendars',
];

/** The import rules by layer. What is not listed is forbidden. */
const LAYERS: Readonly<Record<string, Layer>> = {
  // Browsers load it, too, so it imports nothing else but one small package.
  'plain core': {
    paths: [
      'input/closest-name.ts',
      'input/fault.ts',
      'input/names-elsewhere.ts',
      'input/rule.ts',
      'input/shown-value.ts',
      'input/unknown-field.ts',
      'input/well-formed-text.ts',
      'alerts/alert.ts',
      'bulk/bulk-command.ts',
      'model/damaged-names.ts',
      'model/declaration.ts',
      'calendars/calendar.ts',
      'model/events.ts',
      'model/job-pause.ts',
      'model/job-id.ts',
      'model/priority.ts',
      'model/tag.ts',
      'json-pointer.ts',
      'limits.ts',
      'model/run.ts',
      'model/statuses.ts',
      'schedule/chain-ends.ts',
      'store/database-upkeep.ts',
      'objects.ts',
      'time/duration.ts',
      'time/timestamp.ts',
    ].map((file) => `${JOBS}/core/${file}`),
    may: [],
    packages: ['leven'],
  },
  // How a thread starts, yields and ends, and limits what it keeps.
  thread: {
    paths: ['bounded-map.ts', 'end-thread.ts', 'package-file.ts', 'thread-priority.ts'].map(
      (file) => `${JOBS}/${file}`,
    ),
    may: [],
    packages: ['node:'],
  },
  core: { paths: [`${JOBS}/core/`], may: ['plain core'], packages: ['croner'] },
  // The clock of the process, which the engine and the stores use by default.
  'system clock': { paths: [`${JOBS}/system-clock.ts`], may: ['core'], packages: ['node:'] },
  // The guarded HTTP client: the only code that sends requests to addresses of other people.
  outbound: { paths: [`${JOBS}/outbound/`], may: [...CORE, 'system clock'], packages: ['node:'] },
  // A job type that is ready to use.
  'http request': { paths: [`${JOBS}/http-request/`], may: [...CORE, 'outbound'], packages: [] },
  ...ENGINE_LAYERS,
  // The meaning of the columns that both stores have. It stands once, and the stores do not know each other.
  'store rows': { paths: [`${JOBS}/stores/rows/`], may: [...CORE, 'thread'], packages: [] },
  'store reads': { paths: [`${JOBS}/stores/reads/`], may: [...CORE, 'store rows'], packages: [] },
  // The statements about alerts, which both databases run.
  'store alerts': {
    paths: [`${JOBS}/stores/alerts/`],
    may: [...CORE, 'store rows', 'store reads'],
    packages: [],
  },
  // The statements about secrets, which both databases run.
  'store secrets': {
    paths: [`${JOBS}/stores/secrets/`],
    may: [...CORE, 'store rows', 'store reads'],
    packages: [],
  },
  // The statements about jobs that wait for other jobs, which both databases run.
  'store chains': {
    paths: [`${JOBS}/stores/chains/`],
    may: [...CORE, 'store rows', 'store reads'],
    packages: [],
  },
  // The statements about what attempts save, which both databases run.
  'store checkpoints': {
    paths: [`${JOBS}/stores/checkpoints/`],
    may: [...CORE, 'store reads'],
    packages: [],
  },
  // The statements about calendars, which both databases run.
  'store calendars': {
    paths: [`${JOBS}/stores/calendars/`],
    may: [...CORE, 'store rows', 'store reads'],
    packages: [],
  },
  'sqlite store': {
    paths: [`${JOBS}/stores/sqlite/`],
    may: [...CORE, ...SHARED_BY_STORES, 'thread', 'system clock'],
    packages: ['node:'],
  },
  'postgres store': {
    paths: [`${JOBS}/stores/postgres/`],
    may: [...CORE, ...SHARED_BY_STORES, 'thread', 'system clock'],
    packages: ['node:', 'pg'],
  },
  // For tests: it has no database, and no packages.
  'memory store': {
    paths: [`${JOBS}/stores/memory/`],
    may: [...CORE, 'store rows', 'system clock'],
    packages: [],
  },
  // The contract of the REST API: schemas and views. Browsers load it, too.
  http: {
    paths: [`${JOBS}/http/`],
    may: ['plain core'],
    mayTypes: ['core', 'engine port'],
    packages: ['zod'],
  },
  // The routes as data, and how requests to them are checked and answered, for every HTTP framework.
  'http routes': {
    paths: ['routes/', 'routing/', 'requests/', 'bodies/', 'events/', 'scope/'].map(
      (folder) => `${JOBS}/http/${folder}`,
    ),
    may: ['http', ...CORE, 'engine port'],
    packages: ['node:', 'zod'],
  },
  fastify: {
    paths: [`${JOBS}/fastify/`],
    may: ['http', 'http routes', 'engine host', ...CORE],
    mayTypes: ['engine port'],
    packages: ['fastify', 'node:'],
  },
  fetch: {
    paths: [`${JOBS}/fetch/`],
    may: ['http', 'http routes', 'engine host', ...CORE],
    mayTypes: ['engine port'],
    packages: ['node:'],
  },
  node: {
    paths: [`${JOBS}/node/`],
    may: ['fetch', 'http routes'],
    mayTypes: ['engine port'],
    packages: ['node:'],
  },
  // Pages load it: the types of the contract, without the code that checks them.
  client: {
    paths: [`${JOBS}/client/`],
    may: [],
    mayTypes: ['http', 'core', 'engine port'],
    packages: [],
    typePackages: ['zod'],
  },
  // The same numbers for both.
  metrics: { paths: [`${JOBS}/metrics/`], may: CORE, mayTypes: ['engine port'], packages: [] },
  prometheus: {
    paths: [`${JOBS}/prometheus/`],
    may: ['metrics', ...CORE],
    mayTypes: ['engine port'],
    packages: ['prom-client'],
  },
  opentelemetry: {
    paths: [`${JOBS}/opentelemetry/`],
    may: ['metrics', ...CORE],
    mayTypes: ['engine port'],
    packages: ['@opentelemetry/api'],
  },
  testing: {
    paths: [`${JOBS}/testing/`],
    may: [
      ...CORE,
      'engine port',
      'engine attempts',
      'engine job types',
      'engine',
      'memory store',
      'sqlite store',
      'outbound',
    ],
    mayTypes: ['engine settings'],
  },
  'entry point': {
    paths: [`${JOBS}/index.ts`],
    may: [
      ...CORE,
      'engine port',
      'engine settings',
      'engine attempts',
      'engine',
      'engine declarations',
      'outbound',
      'http request',
    ],
    packages: [],
  },
  ...CONSOLE_LAYERS,
  // Pages load it, too.
  accounts: { paths: ['packages/accounts/src/'], may: [] },
  // The command line knows the server only through the client.
  cli: { paths: ['packages/cli/src/'], may: [] },

  // The app: composition → app → jobs → features → db. Composition is every file in no other layer.
  db: { paths: [`${API}/db/`], may: ['shared'] },
  shared: {
    paths: ['clock.ts', 'rest/', 'security-log/', 'start/start-error.ts'].map((path) => `${API}/${path}`),
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
  // The base of tests; no other code imports it.
  'test tools': { paths: [`${API}/testing/`], may: ['composition', 'app', 'search', 'db', 'shared'] },
};

/** What each package exports. */
const ENTRY_POINTS =
  /^@greenvue\/(jobs(\/(sqlite|postgres|fastify|fetch|node|prometheus|opentelemetry|http|client|testing))?|jobs-cli(\/testing)?|accounts|console(\/(fastify|fetch|node))?)$/;

function layerOf(file: string): string | undefined {
  const fits = Object.entries(LAYERS).flatMap(([name, { paths }]) =>
    paths
      .filter((path) => (path.endsWith('/') ? file.startsWith(path) : file === path))
      .map((path) => ({ name, path })),
  );
  return fits.toSorted((a, b) => b.path.length - a.path.length)[0]?.name;
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
  // Files outside of the sources, such as a package.json or assets, have no layer.
  if (targetLayer === undefined) return /\/src\//.test(target) ? complaint : undefined;
  if (targetLayer === name) return undefined;
  const may = [...layer.may, ...(isType ? (layer.mayTypes ?? []) : [])];
  return may.includes(targetLayer) && isEntry(target, targetLayer, isType) ? undefined : complaint;
}

/** Whether other layers may import this file of its layer. */
function isEntry(file: string, name: string, isType: boolean): boolean {
  const { entries, typeEntries = [], paths = [] } = LAYERS[name] ?? {};
  if (entries === undefined) return true;
  const allowed = isType ? [...entries, ...typeEntries] : entries;
  return allowed.some((entry) => paths.includes(file.slice(0, -entry.length)) && file.endsWith(entry));
}

function mayHave(layer: Layer, { specifier, isType }: Import, file: string): boolean {
  if (specifier.startsWith('@greenvue/')) {
    if (!ENTRY_POINTS.test(specifier)) return false;
    if (file.startsWith(API)) return true;
    if (layerOf(file) === 'accounts') return specifier === '@greenvue/jobs/client';
    if (layerOf(file) === 'cli') return /^@greenvue\/jobs(\/client)?$/.test(specifier);
    return isForBrowsers(file) && /^@greenvue\/(jobs\/(http|client)|accounts)$/.test(specifier);
  }
  if (layer.packages === undefined) return true;
  const name = specifier.startsWith('node:') ? 'node:' : specifier;
  return [...layer.packages, ...(isType ? (layer.typePackages ?? []) : [])].includes(name);
}

function isForBrowsers(file: string): boolean {
  const name = layerOf(file);
  return name !== undefined && name in CONSOLE_LAYERS && name !== 'console server';
}

/** Why a file may not import a file inside a folder; undefined if it may. */
function trespassOf(file: string, target: string): string | undefined {
  const folder = Object.entries(ENTRY_FILES).find(
    ([path, files]) =>
      target.startsWith(path) && !file.startsWith(path) && !files.includes(target.slice(path.length)),
  );
  return (
    folder && `${file} must not import ${target}: the entry files of ${folder[0]} are ${folder[1].join(', ')}`
  );
}

/** Each import in the sources that leads to a file of this repository. */
function inner(): readonly { readonly file: string; readonly target: string }[] {
  return sources().flatMap((file) =>
    readImports(file)
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ specifier }) => ({ file, target: normalize(join(dirname(file), specifier)) })),
  );
}

describe('imports', () => {
  test('follow the table, in every source of the repository', () => {
    const files = sources();
    expect(files.length).toBeGreaterThan(50);
    const faults = files.flatMap((file) => readImports(file).map((found) => faultOf(file, found)));
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  test('from outside a folder lead to its entry files', () => {
    const faults = inner().map(({ file, target }) => trespassOf(file, target));
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  test('use every entry file', () => {
    const imports = inner();
    const unused = Object.entries(ENTRY_FILES).flatMap(([path, files]) =>
      files
        // The entry points for other packages.
        .filter((file) => file !== 'index.ts')
        .filter(
          (entry) => !imports.some(({ file, target }) => target === path + entry && !file.startsWith(path)),
        )
        .map((entry) => path + entry),
    );
    expect(unused).toEqual([]);
  });

  test.each([
    [`${API}/deps.ts`, `${API}/search/hits/find-hits.ts`],
    [`${API}/server.ts`, `${API}/config/public-url.ts`],
    [`${JOBS}/fastify/plugin.ts`, `${JOBS}/http/views/jobs/job.ts`],
  ])('would be caught: %s imports %s', (file, target) => {
    expect(trespassOf(file, target)).toContain('the entry files of');
  });

  test.each([
    [`${JOBS}/core/model/job.ts`, '../../engine/engine.ts', false],
    [`${JOBS}/core/model/job.ts`, 'node:fs', false],
    [`${JOBS}/core/time/duration.ts`, '../schedule/cron/cron.ts', false],
    [`${JOBS}/engine/engine.ts`, '../stores/sqlite/store.ts', false],
    [`${JOBS}/engine/engine.ts`, './pass/claim-budget.ts', false],
    [`${JOBS}/engine/pass/pass.ts`, '../api/jobs/job-api.ts', true],
    [`${JOBS}/engine/pass/pass.ts`, '../places/executor.ts', false],
    [`${JOBS}/engine/pass/pass.ts`, '../places/places.ts', true],
    [`${JOBS}/engine/settling/settlements.ts`, '../places/executor.ts', true],
    [`${JOBS}/engine/attempts/attempt.ts`, '../options.ts', true],
    [`${JOBS}/stores/sqlite/store.ts`, '../postgres/store.ts', false],
    [`${JOBS}/stores/rows/jobs/job-row.ts`, '../../postgres/job-rows.ts', true],
    [`${JOBS}/stores/sqlite/store.ts`, '../../engine/options.ts', true],
    [`${JOBS}/http/job.ts`, '../core/schedule/schedule.ts', false],
    [`${JOBS}/http/job.ts`, '../engine/engine.ts', true],
    [`${JOBS}/http/job.ts`, 'node:buffer', false],
    [`${JOBS}/http/job.ts`, 'fastify', true],
    [`${JOBS}/http/routes/routes.ts`, 'fastify', true],
    [`${JOBS}/http/views/jobs/job.ts`, '../../routing/route.ts', true],
    [`${JOBS}/fastify/plugin.ts`, '../engine/timing/pass-loop.ts', false],
    [`${JOBS}/client/jobs.ts`, '../fastify/plugin.ts', true],
    [`${JOBS}/client/jobs.ts`, '../http/job.ts', false],
    [`${JOBS}/client/jobs.ts`, 'zod', false],
    [`${JOBS}/client/jobs.ts`, 'node:crypto', true],
    [`${JOBS}/http/job.ts`, '@greenvue/jobs', false],
    ['packages/accounts/src/account.ts', '@greenvue/jobs', false],
    ['packages/cli/src/main.ts', '@greenvue/accounts', false],
    ['packages/cli/src/main.ts', '@greenvue/jobs/sqlite', false],
    ['packages/cli/src/main.ts', '../../jobs/src/client/index.ts', false],
    [`packages/console/src/main.tsx`, '@greenvue/jobs', false],
    [`packages/console/src/main.tsx`, './server/fetch.ts', false],
    [`packages/console/src/server/fetch.ts`, 'vite', false],
    [`packages/console/src/server/fastify.ts`, 'fastify', false],
    [`packages/console/src/server/fetch.ts`, '@greenvue/jobs/client', false],
    [`packages/console/src/ui/text/text.tsx`, '../../session/session.tsx', true],
    [`packages/console/src/jobs/jobs-page.tsx`, '../job/job-page.tsx', false],
    [`packages/console/src/job/job-page.tsx`, './timeline/timeline-layout.ts', true],
    [`packages/console/src/job-form/draft/draft.ts`, '../labels/field-labels.ts', false],
    [`packages/console/src/main.tsx`, '../../jobs/src/http/views/jobs/job.ts', false],
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

  test('form no cycle, in every file of the repository', () => {
    const files = allFiles();
    expect(cyclesAmong(new Map(files.map((file) => [file, readImports(file)])))).toEqual([]);
  });

  test('that form a cycle would be caught', () => {
    const of = (...specifiers: readonly string[]) =>
      specifiers.map((specifier) => ({ specifier, isType: true }));
    const files = new Map([
      ['a/one.ts', of('./two.ts', 'node:fs')],
      ['a/two.ts', of('../b/three.ts', './four.ts')],
      ['b/three.ts', of('../a/one.ts')],
      ['a/four.ts', of()],
    ]);
    expect(cyclesAmong(files)).toEqual([['a/one.ts', 'a/two.ts', 'b/three.ts', 'a/one.ts']]);
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
