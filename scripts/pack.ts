// Packs the packages as `npm publish` would, into dist/tarballs, and prints the path of each tarball:
// `npm run -s pack`, for projects that install the packages from a clone.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { packPackage } from './package/pack.ts';
import { ROOT, sourcePackages } from './package/source-package.ts';

const target = join(ROOT, 'dist', 'tarballs');
const folder = mkdtempSync(join(tmpdir(), 'greenvue-pack-'));
try {
  mkdirSync(target, { recursive: true });
  for (const source of sourcePackages()) {
    const { tarball } = await packPackage(source, folder);
    const file = join(target, basename(tarball));
    cpSync(tarball, file);
    process.stdout.write(`${file}\n`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
