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

/** What was moved, and what to do next. */
export function movedGuide({ config, app, jobs, secrets, replaced }: MovedGuide): string {
  const { dataDir } = config;
  const counted = [
    ...app.map(({ table, count }) => [`greenvue.${table}`, count] as const),
    ...jobs.map(({ table, count }) => [`greenvue_jobs.${table}`, count] as const),
  ];
  const width = Math.max(...counted.map(([name]) => name.length));
  return [
    `DATA_DIR ${dataDir} was moved to ${databaseName(config)}. Rows, counted in both:`,
    ...counted.map(([name, count]) => `  ${name.padEnd(width)}  ${count.toLocaleString('en').padStart(12)}`),
    ...(secrets.length === 0 ? [] : [`  besides, as settings, what these files hold: ${secrets.join(', ')}`]),
    ...(replaced === 0
      ? []
      : [`  In ${replaced} texts the character U+0000, which PostgreSQL does not take, became U+FFFD.`]),
    '',
    'What to do next:',
    '1. Have DATABASE_URL set as it is now wherever a node is to run, and start it there: npm start',
    ...(config.jwtSecret === undefined
      ? []
      : ['   JWT_SECRET has to be the same on each, as it is now, or people have to sign in again.']),
    ...keyLines(config, secrets),
    '   Jobs go on at their next slots; what came due meanwhile is caught up with as each job says.',
    '2. Leave the folder as it is until you are content, then remove it. From now on it is out of',
    `   date, and GreenVue refuses to start on it, for the sake of ${dataFiles(dataDir).moved}`,
  ].join('\n');
}

function keyLines({ dataDir, secretsKeys }: Config, secrets: readonly SecretName[]): string[] {
  if (secrets.length === 0) return [];
  if (secretsKeys.length > 0) return ['   SECRETS_KEY has to be the same on each: it sealed those settings.'];
  return [
    `   A node with another DATA_DIR needs SECRETS_KEY set to what ${dataDir}/secrets-key holds,`,
    '   which sealed those settings.',
  ];
}
