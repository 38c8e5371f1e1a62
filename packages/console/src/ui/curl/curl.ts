import type { Job, Run } from '@greenvue/jobs/client';
import type { ConsoleAuth } from '../config/console-config.ts';

/** A request as a command line. */
export interface Curl {
  readonly does: string;
  readonly command: string;
}

/** The viewer's rights. Commands that the server would refuse are left out. */
interface CurlRights {
  readonly operate: boolean;
  readonly admin: boolean;
}

/** The requests about one run. They use `$API` and `$TOKEN`. */
export function runCurls(run: Pick<Run, 'id'>, { operate }: CurlRights): readonly Curl[] {
  const path = `/runs/${run.id}`;
  const reads = [
    { does: 'Read the run', command: request('GET', path) },
    { does: 'Read the log', command: request('GET', `${path}/logs`) },
  ];
  if (!operate) return reads;
  return [
    ...reads,
    { does: 'Cancel the run', command: request('POST', `${path}/cancel`) },
    {
      does: 'Retry: start a new run, or make a waiting retry due now',
      command: request('POST', `${path}/retry`),
    },
  ];
}

/** The requests about one job. They use `$API` and `$TOKEN`. */
export function jobCurls(job: Job, { operate, admin }: CurlRights): readonly Curl[] {
  const path = `/jobs/${job.id}`;
  const curls = [
    { does: 'Read the job', command: request('GET', path) },
    { does: 'Read the runs of the job', command: request('GET', `${path}/runs?limit=20`) },
  ];
  if (operate) {
    curls.push(
      {
        does: 'Run the job now',
        command: request('POST', `${path}/runs`, job.payload === null ? { payload: {} } : undefined),
      },
      { does: 'Pause the job', command: request('POST', `${path}/pause`, { reason: 'Reason' }) },
      { does: 'Resume the job', command: request('POST', `${path}/resume`) },
    );
  }
  if (admin) {
    curls.push(
      {
        does: 'Create or replace the job with this definition, here or on another server',
        command: request('PUT', path, definitionOf(job)),
      },
      { does: 'Delete the job', command: request('DELETE', path) },
    );
  }
  return curls;
}

/** All commands as a script: sets `$API` and `$TOKEN` first, and puts a comment above each command. */
export function curlScript({ api, auth, curls }: CurlScript): string {
  const head = `API=${quoted(api)}\n# ${TOKEN_SOURCES[auth]}\nTOKEN='…'`;
  return [head, ...curls.map(({ does, command }) => `# ${does}\n${command}`)].join('\n\n');
}

interface CurlScript {
  /** The URL of the API. */
  readonly api: string;
  readonly auth: ConsoleAuth;
  readonly curls: readonly Curl[];
}

const TOKEN_SOURCES: Readonly<Record<ConsoleAuth, string>> = {
  host: 'A bearer token, if this server accepts one. Otherwise replace -H "Authorization: …" in each command.',
  token: 'The token that you sign in with.',
  password: 'An API token; "npm run -s token" on the server creates one.',
};

/** Quotes a word for a shell, whatever it contains. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function request(method: string, path: string, body?: object): string {
  const verb = method === 'GET' ? '' : `-X ${method} `;
  const plain = `curl ${verb}"$API${path}" -H "Authorization: Bearer $TOKEN"`;
  if (body === undefined) return plain;
  return `${plain} \\\n  -H 'Content-Type: application/json' \\\n  -d ${quoted(JSON.stringify(body, null, 2))}`;
}

/** A job as people would write it: without absent values and without the fields of its state. */
function definitionOf(job: Job): object {
  const fields = {
    name: job.name,
    description: job.description === '' ? null : job.description,
    type: job.type,
    interval: job.interval,
    interval_mode: job.interval_mode,
    cron: job.cron,
    timezone: job.timezone,
    run_at: job.run_at,
    on_demand: job.on_demand ? true : null,
    start_at: job.start_at,
    payload: job.payload,
    overlap: job.overlap,
    catch_up: job.catch_up,
    timeout: job.timeout,
    max_attempts: job.max_attempts,
    backoff: job.backoff,
    tags: job.tags.length === 0 ? null : job.tags,
    pause_after: job.pause_after,
    expect: job.expect === null ? null : withoutNulls(job.expect),
    alerts: job.alerts.length === 0 ? null : job.alerts,
    ping_url: job.ping_url,
  };
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => value !== null || name === 'payload'),
  );
}

function withoutNulls(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
