// Writes the API report of each published package: what its users can import, for reviews.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { apiReport, apiReportFile } from './package/api-report.ts';
import { buildPackage } from './package/build-package.ts';
import { ROOT, sourcePackages } from './package/source-package.ts';

const folder = mkdtempSync(join(tmpdir(), 'greenvue-api-'));
try {
  for (const source of sourcePackages()) {
    const built = join(folder, source.id);
    await buildPackage(source, built);
    const file = apiReportFile(source);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, apiReport(source, built));
    process.stdout.write(`${relative(ROOT, file)}\n`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
