import type { CliProgram } from '@greenvue/jobs-cli';
import packageFile from '../../package.json' with { type: 'json' };

const TOKEN_LINE = '  export GREENVUE_TOKEN=$(npm run -s token)';

/** The program `greenvue`, for GreenVue's own server. */
export const GREENVUE_PROGRAM: CliProgram = {
  name: 'greenvue',
  version: packageFile.version,
  server: 'GreenVue',
  variables: 'GREENVUE',
  defaultUrl: 'http://127.0.0.1:8080',
  apiPath: '/api',
  advice: {
    noToken: ["Create one in GreenVue's folder on the server's machine:", TOKEN_LINE],
    badToken: ["Create another one in GreenVue's folder on the server's machine:", TOKEN_LINE],
    lowRole:
      "The token's role is too low. Use a token with a higher role; `greenvue token` on the server's machine creates one for admins.",
    start: 'Start the server with npm start,',
    slow: 'Check the server (its log, /readyz),',
    behindProxy: 'Check that GreenVue runs behind the proxy: see its log, and GET /healthz on its own port.',
  },
  brief: "Manage GreenVue's background jobs from the terminal",
  help: [
    "Manages GreenVue's background jobs from the terminal.",
    'Set the server with GREENVUE_URL or --url (default http://127.0.0.1:8080), and the API token',
    'with GREENVUE_TOKEN or --token. greenvue token creates a token.',
  ],
};
