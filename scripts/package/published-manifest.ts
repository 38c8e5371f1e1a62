import { outputName, type SourceManifest, type SourcePackage } from './source-package.ts';

/**
 * The oldest Node that runs the built packages: the first with `timeout` and `isTransaction` of `node:sqlite`. It
 * also has `require` of ES modules without a flag or a warning. The sources need a newer one, for TypeScript.
 */
export const OLDEST_NODE = '22.16.0';

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
    engines: { node: `>=${OLDEST_NODE}` },
    exports: publishedExports(exports),
    ...(bin === undefined ? {} : { bin: publishedBin(bin) }),
    ...keptDependencies(dependencies, imported),
  };
}

function publishedExports(exports: SourceManifest['exports']): Readonly<Record<string, unknown>> {
  const entries = Object.entries(exports).map(([path, file]) => {
    if (!file.endsWith('.ts')) return [path, file];
    const built = `./${LIB}/${outputName(file)}`;
    return [path, { types: `${built}.d.ts`, default: `${built}.js` }];
  });
  return { ...Object.fromEntries(entries), './package.json': './package.json' };
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
