import type { Operation } from '../fuzz/operations.ts';
import { CALLERS, type Caller, RIGHT_OF, RIGHTS } from './expected-rights.ts';

const COLUMNS: Readonly<Record<Caller, string>> = {
  nobody: 'no token',
  user: 'user',
  operator: 'operator',
  admin: 'admin',
  'unchanged admin': 'first admin, password unchanged',
  'user token': 'token: user',
  'operator token': 'token: operator',
  'admin token': 'token: admin',
  'policy token': 'token: admin with a policy',
};

const INTRO = `# Rights

This page says who may call which route of GreenVue. It is for people who give out roles and tokens, and for people who check them.
[Accounts](accounts.md) explains roles, tokens and policies. [Security](security.md#who-may-do-what) explains the rights \`read\`, \`operate\`
and \`admin\` for your own application.

A [test](../apps/api/test/rights.test.ts) writes this page. It starts a server, takes every operation of its \`/openapi.json\`, and sends a request
as each caller of the table. A route that is not in its [table of rights](../apps/api/test/rights/expected-rights.ts) fails the test.

- A request without a token gets a 401 if its route needs one. A request without the right gets a 403.
- A token that is unknown, forged, expired or revoked gets a 401 on each route but \`/healthz\` and \`/readyz\`. So does a token of a disabled account or
  an ended session.
- An API token has the lower one of its own role and the role of its maker.
- The policy of the last column names job types. For jobs of other types, this token gets a 403, although the table says yes.
- A caller reads and changes only its own sessions, notifications and tokens. A user changes only its own listings. Ids of others get a 403 or 404
  ([test](../apps/api/test/rights-of-others.test.ts)).
- Four routes need \`admin\` for some bodies. \`bulkJobs\` needs it to delete, tag and untag. \`runJob\` and \`enqueueRun\` need it for payload
  fields that the job type does not list in [\`operatorsMaySet\`](custom-job-types.md#fields-of-a-job-type). \`previewJob\` needs it for a payload that
  names a stored secret.
- GreenVue has no tenants. In your application, a [scope](embedding.md#tenants) limits each of these routes
  ([test](../packages/jobs/test/rest/suite/scope/scoped-routes.ts)).`;

/** The page `docs/rights.md`: the callers of each right, and the right of each operation. */
export function rightsPage(operations: readonly Operation[]): string {
  const rights = Object.entries(RIGHTS).map(([name, { meaning, callers }]) => {
    const may: readonly Caller[] = callers;
    return [`**${name}**`, meaning, ...CALLERS.map((caller) => (may.includes(caller) ? 'yes' : ''))];
  });
  const routes = operations.map(({ id, method, path }) => [
    `\`${method} ${path}\``,
    `\`${id}\``,
    RIGHT_OF[id] ?? 'unknown',
  ]);
  const head = ['right', 'meaning', ...CALLERS.map((caller) => COLUMNS[caller])];
  return [
    INTRO,
    '## Who has which right',
    table(head, rights),
    '## The right of each route',
    `${table(['route', 'operation', 'right'], routes)}\n`,
  ].join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
