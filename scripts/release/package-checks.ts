import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiReport, apiReportFile } from '../package/api-report.ts';
import type { PackedPackage } from '../package/pack.ts';
import { publintFaults } from '../package/publint-faults.ts';
import { runTool } from '../package/run-tool.ts';
import type { Check } from './check.ts';
import { toolBinary } from './tools.ts';

/** Node 22.12 and newer `require` ES modules, and TypeScript 5.8 and newer know that. */
const ALLOWED = ['--ignore-rules', 'cjs-resolves-to-esm'];

/** What must hold of the packed files, without installing them. */
export function packageChecks(packed: readonly PackedPackage[]): readonly Check[] {
  return packed.flatMap(({ source, built, tarball, contents }) => {
    const { name } = source.manifest;
    return [
      {
        name: `${name} has a README, a license and only a few files`,
        run: () => {
          for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md']) {
            if (!existsSync(join(built, file))) throw new Error(`${file} is missing`);
          }
          return `${contents.files.length} files, ${megabytes(contents.unpackedSize)}`;
        },
      },
      {
        name: `the API report of ${name} is up to date`,
        run: () => {
          if (apiReport(source, built) === readFileSync(apiReportFile(source), 'utf8')) return undefined;
          throw new Error('run npm run api-report, and commit what it changes');
        },
      },
      {
        name: `${name} passes publint`,
        run: async () => {
          const faults = await publintFaults(built);
          if (faults.length > 0) throw new Error(faults.join('\n'));
          return undefined;
        },
      },
      {
        name: `${name} passes attw`,
        run: () => {
          const attw = toolBinary('@arethetypeswrong/cli', 'attw');
          runTool([attw, tarball, ...ALLOWED, '--format', 'table-flipped', '--no-color', '--no-emoji']);
          return undefined;
        },
      },
    ];
  });
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
