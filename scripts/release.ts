// Releases the packages: builds and packs them, checks them as users get them, and publishes them.
// `--dry-run` does all but the last, and lists what would be published and what a person has to do first.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type PackedPackage, packPackage } from './package/pack.ts';
import { writeReleaseSboms } from './package/sbom.ts';
import { type SourcePackage, sourcePackages } from './package/source-package.ts';
import { startPostgres } from './postgres/server.ts';
import { runChecks } from './release/check.ts';
import { installChecks } from './release/install-checks.ts';
import { leftToDo } from './release/left-to-do.ts';
import { megabytes, packageChecks } from './release/package-checks.ts';

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } });
const isDryRun = values['dry-run'];
const sources = sourcePackages().toSorted((a, b) => needs(a) - needs(b));
const names = sources.map(({ manifest: { name, version } }) => `${name}@${version}`);
const toDo = leftToDo(sources);

if (toDo.length > 0 && !isDryRun) fail('Nothing was built or published. Do this first:', toDo);
else await release();

async function release(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'greenvue-release-'));
  const postgres = await startPostgres();
  try {
    say('Building', names);
    const packed: PackedPackage[] = [];
    for (const source of sources) packed.push(await packPackage(source, folder));
    const failed = await runChecks([
      ...packageChecks(packed),
      ...installChecks({ packed, postgres, folder: join(folder, 'projects') }),
    ]);
    for (const one of packed) sayContents(one);
    if (failed.length > 0) return fail('Nothing was published. These checks failed:', failed);
    say('Bills of materials, to attach to the release:', writeReleaseSboms());
    if (!isDryRun) for (const { tarball } of packed) publish(tarball);
    say(isDryRun ? 'All checks passed. npm run release publishes, in this order:' : 'Published:', names);
    if (toDo.length > 0) say('Before that, do this:', toDo);
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true });
  }
}

/** How many of the published packages a package needs: these are published before it. */
function needs({ manifest: { dependencies = {} } }: SourcePackage): number {
  return sourcePackages().filter(({ manifest }) => manifest.name in dependencies).length;
}

function say(text: string, lines: readonly string[]): void {
  process.stdout.write(`\n${[text, ...lines].join('\n  ')}\n`);
}

function fail(text: string, lines: readonly string[]): void {
  say(text, lines);
  process.exitCode = 1;
}

function sayContents({ source: { manifest }, contents: { files, size, unpackedSize } }: PackedPackage): void {
  const sizes = `${megabytes(size)} packed, ${megabytes(unpackedSize)} unpacked`;
  const lines = files.map((file) => `${file.path}: ${(file.size / 1_000).toFixed(1)} kB`);
  say(`${manifest.name}@${manifest.version}: ${files.length} files, ${sizes}`, lines);
}

function publish(tarball: string): void {
  execFileSync('npm', ['publish', tarball, '--access', 'public'], { stdio: 'inherit' });
}
