import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { temporaryFolder } from '../../src/testing/test-database.ts';
import { ROOT } from '../shell.ts';

const TYPES = join(ROOT, 'apps/api/test/monitoring/grafana-types.ts');
const OPTIONS = [
  '--noEmit',
  '--strict',
  '--skipLibCheck',
  '--module',
  'esnext',
  '--moduleResolution',
  'bundler',
];

const dashboardSchema = z.looseObject({ panels: z.array(z.looseObject({ type: z.string() })) });

/**
 * The compiler's errors for a dashboard against Grafana's types, one per line. Runs as a program, since
 * imported JSON has strings where those types have literals.
 */
export async function typeFaults(json: string): Promise<readonly string[]> {
  const { panels, ...rest } = dashboardSchema.parse(JSON.parse(json));
  const file = join(await temporaryFolder(), 'dashboard.ts');
  const constants = [
    `export const dashboard: GrafanaDashboard = ${JSON.stringify(rest)};`,
    ...panels.map(
      (panel, at) => `export const panel${at}: GrafanaPanels['${panel.type}'] = ${JSON.stringify(panel)};`,
    ),
  ];
  const types = `import type { GrafanaDashboard, GrafanaPanels } from '${TYPES}';`;
  writeFileSync(file, [types, ...constants].join('\n'));
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  const { stdout, stderr } = spawnSync(
    tsc,
    [...OPTIONS, '--allowImportingTsExtensions', '--ignoreConfig', file],
    { encoding: 'utf8' },
  );
  if (stderr !== '') throw new Error(stderr);
  return stdout.split('\n').filter((line) => line !== '');
}
