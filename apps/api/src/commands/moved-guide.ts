import type { TableRows } from '@greenvue/jobs';
import type { SecretName } from '../auth/secrets/secrets.ts';
import type { Config } from '../config/config.ts';
import { dataFiles } from '../data-dir/data-dir.ts';
import { databaseName } from '../data-dir/database-location.ts';

export interface MovedGuide {
  readonly config: Config;
  readonly app: readonly TableRows[];
  readonly jobs: readonly TableRows[];
  readonly secrets: readonly SecretName[];
  readonly replaced: number;
}

/** A message about the moved data and the next steps. */
export function movedGuide({ config, app, jobs, secrets, replaced }: MovedGuide): string {
  const { dataDir } = config;
  const counted = [
    ...app.map(({ table, count }) => [`greenvue.${table}`, count] as const),
    ...jobs.map(({ table, count }) => [`greenvue_jobs.${table}`, count] as const),
  ];
  const width = Math.max(...counted.map(([name]) => name.length));
  return [
    `DATA_DIR ${dataDir} was moved to ${databaseName(config)}. Rows, equal in both:`,
    ...counted.map(([name, count]) => `  ${name.padEnd(width)}  ${count.toLocaleString('en').padStart(12)}`),
    ...(secrets.length === 0
      ? []
      : [`  and the contents of these files, as settings: ${secrets.join(', ')}`]),
    ...(replaced === 0 ? [] : [`  In ${replaced} texts, U+FFFD replaces U+0000, which PostgreSQL rejects.`]),
    '',
    'What to do next:',
    '1. On each node, set DATABASE_URL as it is now, and start GreenVue: npm start',
    ...(config.jwtSecret === undefined
      ? []
      : ['   Set the current JWT_SECRET on each node, or people have to sign in again.']),
    ...keyLines(config, secrets),
    '   Jobs continue with their next slots. Missed slots are handled by the catch_up of each job.',
    '2. Keep the folder until you have checked the result, then remove it. It is now out of date,',
    `   and GreenVue refuses to start on it because of ${dataFiles(dataDir).moved}`,
  ].join('\n');
}

function keyLines({ dataDir, secretsKeys }: Config, secrets: readonly SecretName[]): string[] {
  if (secrets.length === 0) return [];
  if (secretsKeys.length > 0)
    return ['   Set the same SECRETS_KEY on each node: it encrypted those settings.'];
  return [
    `   On a node with another DATA_DIR, set SECRETS_KEY to the contents of ${dataDir}/secrets-key,`,
    '   which encrypted those settings.',
  ];
}
