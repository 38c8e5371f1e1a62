import type { Job, Run } from '@greenvue/jobs/client';
import type { ConsoleAuth } from '../config/console-config.ts';
import { fieldsOfJob } from '../definition/definition.ts';

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

/** A job as people would write it: its id is in the path, and an empty description is none. */
function definitionOf(job: Job): object {
  const { id: _, description, ...fields } = fieldsOfJob(job);
  return { ...fields, ...(description === '' ? {} : { description }) };
}
