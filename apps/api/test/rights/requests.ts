import { PASSWORD } from '../../src/testing/test-app.ts';
import type { Operation } from '../fuzz/operations.ts';
import { need, POLICY_TYPE, type RightsServer } from './callers.ts';

/** A request of an operation, on things that exist. */
export interface SampleRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

/** Ids by the name of a path parameter, and a refresh token. */
type Targets = Readonly<Record<string, string>>;

/** Never sent as they are: the handlers of these routes refuse what does not exist, after the right. */
const ABSENT = { node_id: 'gone', backfill_id: '4711', bulk_id: '4711', delivery_id: '4711', version: '1' };

const JOB = { name: 'Target', type: POLICY_TYPE, on_demand: true, overlap: 'allow' } as const;
const WEBHOOK = { kind: 'webhook', config: { url: 'https://alerts.example/hook' } } as const;
const CALENDAR = { windows: [{ weekdays: ['sat'] }] } as const;
const EMAIL = 'somebody@example.com';

/**
 * Valid bodies, by operation. A route may check its body before the right, so an invalid body could hide what
 * the caller may do. An operation without a body here gets `{}`.
 */
const BODIES: Readonly<Record<string, (targets: Targets) => object>> = {
  register: () => ({ email: EMAIL, name: 'Some Body', password: PASSWORD }),
  logIn: () => ({ email: 'victim@example.com', password: PASSWORD }),
  refreshSession: ({ refresh_token }) => ({ refresh_token }),
  logOut: () => ({ refresh_token: 'x' }),
  askPasswordReset: () => ({ email: EMAIL }),
  confirmPasswordReset: () => ({ token: 'x', new_password: PASSWORD }),
  confirmEmail: () => ({ token: 'x' }),
  changePassword: () => ({ current_password: 'not this one', new_password: PASSWORD }),
  resetPassword: () => ({ deliver: 'mail' }),
  makeToken: () => ({ name: 'made', role: 'user' }),
  createUser: () => ({ email: EMAIL, name: 'Some Body', role: 'user', deliver: 'mail' }),
  changeUser: () => ({ disabled: false }),
  createListing: () => ({ title: 'A chair', category: 'furniture', price_cents: 100, condition: 'good' }),
  updateListing: () => ({ title: 'Another chair' }),
  scheduleNotification: () => ({ email: EMAIL, data: { title: 'Hello', message: 'You' } }),
  createJob: ({ job_id }) => ({ id: `${job_id}-new`, ...JOB }),
  putJob: () => JOB,
  patchJob: () => ({ name: 'Changed' }),
  bulkJobs: ({ job_id }) => ({ action: 'resume', ids: [job_id] }),
  bulkRuns: ({ run_id }) => ({ action: 'cancel', ids: [run_id] }),
  previewJob: () => ({ interval: '1h' }),
  createAlertChannel: () => ({ id: 'another', ...WEBHOOK }),
  putSecret: () => ({ value: 'a value' }),
  putCalendar: () => CALENDAR,
};

/** Makes new targets, which the requests before may have removed, and the request of an operation on them. */
export async function sampleRequest(server: RightsServer, operation: Operation): Promise<SampleRequest> {
  const targets = await makeTargets(server);
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const id = targets[name];
    if (id === undefined)
      throw new Error(`No target for {${name}} of ${operation.path}: add it in makeTargets.`);
    return encodeURIComponent(id);
  });
  const query = operation.parameters.filter((one) => one.in === 'query' && one.required);
  if (query.length > 0)
    throw new Error(`${operation.id} needs a query: ${query.map(({ name }) => name).join(', ')}`);
  const { method } = operation;
  if (operation.bodySchema === undefined) return { method, path };
  return { method, path, body: BODIES[operation.id]?.(targets) ?? {} };
}

async function makeTargets({ send, root, victim }: RightsServer): Promise<Targets> {
  const as = (token: string) => (method: string, path: string, body?: object) =>
    need(send, method, path, { token, body });
  const asRoot = as(root);
  await asRoot('PUT', '/api/jobs/target', JOB);
  const run = await asRoot('POST', '/api/jobs/target/runs', {});
  await asRoot('PUT', '/api/secrets/TARGET', { value: 'a value' });
  await asRoot('PUT', '/api/calendars/target', CALENDAR);
  // Exists from the time before, or was deleted.
  await send('POST', '/api/alert-channels', { token: root, body: { id: 'target', ...WEBHOOK } });
  const token = await asRoot('POST', '/api/tokens', { name: 'target', role: 'user' });
  const session = await need(send, 'POST', '/api/auth/login', { body: BODIES.logIn?.({}) });
  const listing = await as(String(session.access_token))('POST', '/api/listings', BODIES.createListing?.({}));
  const { sid } = JSON.parse(
    Buffer.from(String(session.access_token).split('.')[1] ?? '', 'base64url').toString(),
  );
  return {
    ...ABSENT,
    job_id: 'target',
    type: POLICY_TYPE,
    run_id: String(run.id),
    name: 'TARGET',
    calendar_id: 'target',
    channel_id: 'target',
    token_id: String(token.id),
    listing_id: String(listing.id),
    user_id: victim.id,
    session_id: sid,
    refresh_token: String(session.refresh_token),
  };
}
