import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, sourcePackages } from './source-package.ts';

/** The name of the bill of materials in a published package. */
export const SBOM = 'sbom.cdx.json';

/** A package of the workspace. */
export interface Workspace {
  readonly name: string;
  readonly version: string;
}

export interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly purl: string;
  readonly licenses?: readonly unknown[];
  readonly hashes?: readonly unknown[];
}

interface Dependency {
  readonly ref: string;
  readonly dependsOn: readonly string[];
}

/** The fields of a CycloneDX document that {@link sbomOf} changes. */
export interface Sbom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly Dependency[];
}

/**
 * The bill of materials of a package, in CycloneDX: the package, and each package that its code contains or
 * installs, with version, license and the hash of package-lock.json. Without peers, which are the
 * application's.
 */
export function sbomOf({ name, version }: Workspace): Sbom {
  // With `--workspace` and `--omit=dev`, npm leaves out dependencies of dependencies.
  const args = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'];
  const all: Sbom = JSON.parse(
    execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', shell: process.platform === 'win32' }),
  );
  const own = `${name}@${version}`;
  const dependencies = reachable(own, withoutDevelopment(all.dependencies));
  const components = new Map(all.components.map((component) => [component['bom-ref'], named(component)]));
  const found = dependencies.map(({ ref }) => {
    const component = components.get(ref);
    if (component !== undefined) return component;
    throw new Error(`npm sbom does not list ${ref}. Run npm install, so that package-lock.json has it.`);
  });
  const [component, ...rest] = found;
  if (component === undefined) throw new Error(`npm sbom does not list ${own}.`);
  return { ...all, metadata: { ...all.metadata, component }, components: rest, dependencies };
}

/** Of packages of the workspace, npm also lists the packages of their tests. */
function withoutDevelopment(all: readonly Dependency[]): ReadonlyMap<string, Dependency> {
  const lock: { readonly packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(
    readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
  );
  const workspaces = new Map(
    Object.entries(lock.packages)
      .filter(([path]) => path !== '' && !path.includes('node_modules'))
      .map(([, { name, version, dependencies = {} }]) => [`${name}@${version}`, dependencies]),
  );
  return new Map(
    all.map(({ ref, dependsOn }) => {
      const declared = workspaces.get(ref);
      const kept = dependsOn.filter((one) => declared === undefined || nameOf(one) in declared);
      return [ref, { ref, dependsOn: kept }];
    }),
  );
}

interface LockedPackage {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The dependencies of a package, of these packages, and so on. The package is the first. */
function reachable(start: string, all: ReadonlyMap<string, Dependency>): readonly Dependency[] {
  const found = new Map<string, Dependency>();
  const next = [start];
  for (let ref = next.shift(); ref !== undefined; ref = next.shift()) {
    if (found.has(ref)) continue;
    const dependency = all.get(ref) ?? { ref, dependsOn: [] };
    found.set(ref, dependency);
    next.push(...dependency.dependsOn);
  }
  return [...found.values()];
}

/** npm takes the name of a workspace from its folder: `jobs` for `@greenvue/jobs`. */
function named(component: Component): Component {
  return { ...component, name: nameOf(component['bom-ref']) };
}

function nameOf(ref: string): string {
  return ref.replace(/@[^@]+$/, '');
}

/** The text of the file of a bill of materials. */
export function sbomText(workspace: Workspace): string {
  return `${JSON.stringify(sbomOf(workspace), null, 2)}\n`;
}

/**
 * Writes the bills of materials of the published packages and of GreenVue's API into dist/sbom, and returns
 * the files.
 */
export function writeReleaseSboms(): readonly string[] {
  const api: Workspace = JSON.parse(readFileSync(join(ROOT, 'apps', 'api', 'package.json'), 'utf8'));
  const folder = join(ROOT, 'dist', 'sbom');
  mkdirSync(folder, { recursive: true });
  return [...sourcePackages().map(({ manifest }) => manifest), api].map((workspace) => {
    const name = workspace.name.replace('@', '').replace('/', '-');
    const file = join(folder, `${name}-${workspace.version}.cdx.json`);
    writeFileSync(file, sbomText(workspace));
    return file;
  });
}
