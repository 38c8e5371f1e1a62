import { outputName, type SourceManifest, type SourcePackage } from './source-package.ts';

/**
 * The oldest Node that runs the built packages: its `node:sqlite` is complete, and it has `require` of ES
 * modules without a flag or a warning. The sources need a newer one, for TypeScript.
 */
export const OLDEST_NODE = '22.20.0';
/** Node 24.0 to 24.11 are not tested. */
const ENGINES = { node: `^${OLDEST_NODE} || >=24.12.0` };

/** The folder of the built code in a published package. `src/x.ts` becomes `lib/x.js`. */
export const LIB = 'lib';

/**
 * The package.json to publish. `imported`: the packages that the built code imports. Of the dependencies only
 * these are kept, because a bundle contains the others.
 */
export function publishedManifest(
  { manifest }: SourcePackage,
  imported: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  requireDeclared(manifest, imported);
  const { exports, bin, files, dependencies, devDependencies, scripts, ...rest } = {
    devDependencies: undefined,
    scripts: undefined,
    ...manifest,
  };
  return {
    ...rest,
    engines: ENGINES,
    ...publishedEntries(exports),
    ...(bin === undefined ? {} : { bin: publishedBin(bin) }),
    ...keptDependencies(dependencies, imported),
  };
}

/**
 * Node and new TypeScript read `exports`. TypeScript with `moduleResolution: node`, its default for CommonJS,
 * reads `types` and `typesVersions`.
 */
function publishedEntries(source: SourceManifest['exports']): Readonly<Record<string, unknown>> {
  const exports = Object.entries(source).map(([path, file]) => {
    if (!file.endsWith('.ts')) return [path, file];
    const built = `./${LIB}/${outputName(file)}`;
    return [path, { types: `${built}.d.ts`, default: `${built}.js` }];
  });
  const main = source['.'];
  const subpaths = Object.entries(source).filter(([path, file]) => path !== '.' && file.endsWith('.ts'));
  return {
    ...(main === undefined
      ? {}
      : { main: `./${LIB}/${outputName(main)}.js`, types: `./${LIB}/${outputName(main)}.d.ts` }),
    exports: { ...Object.fromEntries(exports), './package.json': './package.json' },
    ...(subpaths.length === 0
      ? {}
      : {
          typesVersions: {
            '*': Object.fromEntries(
              subpaths.map(([path, file]) => [path.slice(2), [`./${LIB}/${outputName(file)}.d.ts`]]),
            ),
          },
        }),
  };
}

function publishedBin(bin: NonNullable<SourceManifest['bin']>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(bin).map(([name, file]) => [name, `${LIB}/${outputName(file)}.js`]),
  );
}

function keptDependencies(
  dependencies: SourceManifest['dependencies'] = {},
  imported: ReadonlySet<string>,
): { readonly dependencies?: Readonly<Record<string, string>> } {
  const kept = Object.entries(dependencies).filter(([name]) => imported.has(name));
  return kept.length === 0 ? {} : { dependencies: Object.fromEntries(kept) };
}

function requireDeclared(manifest: SourceManifest, imported: ReadonlySet<string>): void {
  const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
  const missing = [...imported].filter((name) => !(name in declared) && name !== manifest.name);
  if (missing.length === 0) return;
  throw new Error(
    `${manifest.name} imports ${missing.join(', ')}. Add it to dependencies or peerDependencies of its package.json.`,
  );
}
