import { readFileSync } from 'node:fs';
import type { CliProgram } from './program.ts';

const SIGN_IN =
  'Set it with JOBS_TOKEN or --token-file, or send what your server asks for with JOBS_HEADERS or --header.';

/** The program for any application with the REST API of jobs. */
export const JOBS_PROGRAM: CliProgram = {
  name: 'greenvue-jobs',
  version: ownVersion(),
  server: 'the API of jobs',
  variables: 'JOBS',
  defaultUrl: 'http://127.0.0.1:3000/api',
  apiPath: '',
  advice: {
    noToken: [SIGN_IN],
    badToken: [SIGN_IN],
    lowRole: 'Use a token or a login with more rights.',
    start: 'Start the server,',
    slow: 'Check the server and its log,',
    behindProxy: 'Check that the server runs behind the proxy: see its log.',
  },
  brief: 'Manage background jobs from the terminal',
  help: [
    'Manages the background jobs of an application with the REST API of @greenvue/jobs.',
    'Set the URL of the API, with its prefix, with JOBS_URL or --url (default http://127.0.0.1:3000/api).',
    'Set a bearer token with JOBS_TOKEN or --token-file. For another login, set headers with JOBS_HEADERS',
    'or --header, such as "Cookie: session=…".',
  ],
};

/** Read as a file: `package.json` is beside the sources and beside the built code. */
function ownVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return String(Object(manifest).version);
}
