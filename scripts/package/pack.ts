import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPackage } from './build-package.ts';
import { SBOM, sbomText } from './sbom.ts';
import type { SourcePackage } from './source-package.ts';

export interface PackedPackage {
  readonly source: SourcePackage;
  /** The folder of the built package. */
  readonly built: string;
  /** What `npm publish` would send. */
  readonly tarball: string;
  readonly contents: PackedContents;
}

interface PackedContents {
  readonly files: readonly { readonly path: string; readonly size: number }[];
  /** Bytes of the tarball, and of its files. */
  readonly size: number;
  readonly unpackedSize: number;
}

/** Builds a package with its bill of materials inside of `folder`, and packs it as `npm publish` would. */
export async function packPackage(source: SourcePackage, folder: string): Promise<PackedPackage> {
  const built = join(folder, source.id);
  await buildPackage(source, built);
  writeFileSync(join(built, SBOM), sbomText(source.manifest));
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const printed = execFileSync('npm', args, {
    cwd: built,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const { filename, ...contents } = packed(JSON.parse(printed));
  return { source, built, tarball: join(folder, filename), contents };
}

type PackAnswer = PackedContents & { readonly filename: string };

/** npm 12 answers with an object by package name, earlier ones with an array. */
function packed(answer: readonly PackAnswer[] | Readonly<Record<string, PackAnswer>>): PackAnswer {
  const [first] = Object.values(answer);
  if (first === undefined) throw new Error('npm pack printed no package.');
  return first;
}
