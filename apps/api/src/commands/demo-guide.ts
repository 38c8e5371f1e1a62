import { join } from 'node:path';
import type { JobInput } from '@greenvue/jobs';
import { type Config, parseConfig } from '../config/config.ts';
import { databaseName } from '../data-dir/database-location.ts';
import { EXPIRY_DAYS, type Market } from './demo-market.ts';

export interface DemoGuide {
  readonly config: Config;
  readonly market: Market;
  readonly jobs: readonly JobInput[];
  readonly password: string;
}

const count = (number: number): string => number.toLocaleString('en');

/** The contents of the demo, and commands to explore it, which work as printed. */
export function demoGuide({ config, market, jobs, password }: DemoGuide): string {
  const { sellers, listings, notifications, expired, due } = market;
  const url = `http://localhost:${config.port}`;
  const auth = '-H "Authorization: Bearer $TOKEN"';
  const json = '-H "Content-Type: application/json"';
  return [
    `The demo market is in ${placeOf(config)}:`,
    `  ${count(sellers.length)} sellers: ${sellers[0]?.email} and so on, all with the password ${password}`,
    `  ${count(listings.length)} listings, ${count(expired)} of them older than ${EXPIRY_DAYS} days`,
    `  ${count(notifications.length)} notifications, ${count(due)} due now and the others within the hour`,
    `  ${jobs.length} jobs: ${jobs.map(({ id, interval }) => `${id} (every ${interval})`).join(', ')}`,
    '',
    '1. Start the server. Due jobs run at once:',
    '',
    ...settings(config),
    'npm start',
    '',
    '2. In a second terminal, list the jobs and their runs, and watch their events for a minute:',
    '',
    ...settings(config),
    'TOKEN=$(npm run -s token)',
    `curl ${url}/api/jobs ${auth}`,
    `curl "${url}/api/runs?limit=5" ${auth}`,
    `curl -N --max-time 60 ${url}/api/job-events ${auth}`,
    '',
    '3. Search. It finds the listings that update-search-index has indexed:',
    '',
    `curl "${url}/api/listings?q=oak+sideboard&limit=3"`,
    '',
    '4. Notify the sellers whose listings were removed, by a run with another payload, and see its progress:',
    '',
    `curl -X POST ${url}/api/jobs/send-notifications/runs ${auth} ${json} -d '{ "payload": { "template": "listing_expired" } }'`,
    `curl "${url}/api/jobs/send-notifications/runs?limit=3" ${auth}`,
    ...mails(config),
    '',
    `${url}/docs describes the whole API.`,
  ].join('\n');
}

/** The place of the database, without the URL, which contains a password. */
function placeOf(config: Config): string {
  if (config.postgres === undefined) return config.dataDir;
  return `${databaseName(config)} (keep DATABASE_URL set for the commands below)`;
}

/** The variables of this terminal that both terminals need. */
function settings(config: Config): readonly string[] {
  const usual = parseConfig({});
  if (!usual.ok) return [];
  const set = [
    ...(config.dataDir === usual.config.dataDir ? [] : [`DATA_DIR=${quoted(config.dataDir)}`]),
    ...(config.port === usual.config.port ? [] : [`PORT=${config.port}`]),
  ];
  return set.length === 0 ? [] : [`export ${set.join(' ')}`];
}

function mails({ smtpUrl, dataDir }: Config): readonly string[] {
  return smtpUrl === undefined ? [`ls ${quoted(join(dataDir, 'outbox'))} | head`] : [];
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
