import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLastingServer } from '../../src/testing/test-server.ts';
import type { Operation } from './operations.ts';
import { type Plan, RawSegment, type Who } from './requests.ts';
import { createSender, type RawAnswer, type RawRequest } from './send.ts';
import { FromPool } from './values.ts';

const JWT_SECRET = 'a secret of this test alone, long enough';
const ADMIN = { email: 'admin@greenvue.local', password: 'correct horse battery' };
const POOL_SIZE = 40;

/** A real server on a real socket, with a token of every kind and the things that exist on it. */
export interface World {
  readonly document: unknown;
  /** Sends a planned request, and returns the raw request and the answer. */
  run(plan: Plan): Promise<{ readonly raw: RawRequest; readonly answer: RawAnswer }>;
  send(request: Omit<RawRequest, 'url'>): Promise<RawAnswer>;
  close(): Promise<void>;
}

export async function createWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'greenvue-'));
  const { url, stop } = await startLastingServer({
    DATA_DIR: folder,
    JWT_SECRET,
    ADMIN_PASSWORD: ADMIN.password,
    RATE_LIMIT_PER_MINUTE: '10000000',
    RATE_LIMIT_OPERATOR_PER_MINUTE: '10000000',
    RATE_LIMIT_LOGIN_FAILURES: '10000',
    JOBS_CONCURRENCY: '2',
  });
  const sender = createSender();
  const send = (request: Omit<RawRequest, 'url'>) => sender.send({ url, ...request });
  const post = async (path: string, body: object, token?: string) => {
    const authorization = token === undefined ? [] : [['authorization', `Bearer ${token}`] as const];
    const answer = await send({
      method: 'POST',
      path,
      headers: [['content-type', 'application/json'], ...authorization],
      body: Buffer.from(JSON.stringify(body)),
    });
    if (answer.status >= 300) throw new Error(`${path} returned ${answer.status}: ${answer.text}`);
    return JSON.parse(answer.text);
  };
  const tokens = await makeTokens(post);
  await send({
    method: 'DELETE',
    path: `/api/tokens/${tokens.revokedId}`,
    headers: [['authorization', `Bearer ${tokens.of.admin}`]],
    body: undefined,
  });
  const pools = createPools();
  // The first things to find. Requests add more; deleted things stay in the pools.
  for (const id of ['first', 'second', 'third']) {
    const job = { id, name: id, type: 'send_notifications', on_demand: true, overlap: 'allow' };
    await post('/api/jobs', job, tokens.of.admin);
    pools.add('job_id', id);
  }
  const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
  const hourly = {
    id: 'hourly',
    name: 'hourly',
    type: 'send_notifications',
    interval: '10m',
    start_at: hourAgo,
  };
  await post('/api/jobs', hourly, tokens.of.admin);
  pools.add('job_id', 'hourly');
  const span = { from: hourAgo, to: new Date().toISOString() };
  pools.add('backfill_id', (await post('/api/jobs/hourly/backfill', span, tokens.of.admin)).id);
  const bulk = { action: 'resume', ids: ['first'] };
  pools.add('bulk_id', (await post('/api/jobs/bulk', bulk, tokens.of.admin)).id);
  await send({
    method: 'PUT',
    path: '/api/calendars/nights',
    headers: [
      ['content-type', 'application/json'],
      ['authorization', `Bearer ${tokens.of.admin}`],
    ],
    body: Buffer.from(JSON.stringify({ windows: [{ weekdays: ['sat'] }] })),
  });
  pools.add('calendar_id', 'nights');
  const channel = { id: 'ops', kind: 'webhook', config: { url: 'https://alerts.example/hook' } };
  await post('/api/alert-channels', channel, tokens.of.admin);
  pools.add('channel_id', 'ops');
  const { text } = await send({ method: 'GET', path: '/openapi.json', headers: [], body: undefined });
  return {
    document: JSON.parse(text),
    send,
    close: async () => {
      sender.close();
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
    run: async (plan) => {
      const own = needsOwnSession(plan) ? await ownSession(plan, post, tokens.of) : undefined;
      const { path = plan.path, token = tokens.of[plan.who] } = own ?? {};
      const raw = { url, ...rawOf({ ...plan, path }, token, pools) };
      const answer = await sender.send(raw);
      pools.learn(plan.operation, answer);
      return { raw, answer };
    },
  };
}

type Post = (path: string, body: object, token?: string) => Promise<Record<string, string>>;

/** They end the session that all requests use, or need the id of one. */
const OF_ONE_SESSION = ['changePassword', 'endSession', 'endSessions', 'endUserSession'];

function needsOwnSession({ operation, who }: Plan): boolean {
  return OF_ONE_SESSION.includes(operation.id) && (who === 'admin' || who === 'seller');
}

/** An account for one request. */
async function ownSession(plan: Plan, post: Post, of: Readonly<Record<Who, string | undefined>>) {
  const body = { ...ADMIN, email: `own-${randomUUID()}@example.com`, name: 'Own' };
  const { access_token = '' } = await post('/api/auth/register', body);
  const { sub, sid } = JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString());
  const path = plan.isValid ? { user_id: sub, session_id: sid } : plan.path;
  return { path, token: plan.operation.id === 'endUserSession' ? of.admin : access_token };
}

async function makeTokens(post: Post) {
  const { access_token: admin = '' } = await post('/api/auth/login', ADMIN);
  const tokenOf = async (role: string) => post('/api/tokens', { name: role, role }, admin);
  const revoked = await tokenOf('admin');
  const seller = await post('/api/auth/register', { ...ADMIN, email: 'seller@example.com', name: 'Sel' });
  const claims = JSON.parse(Buffer.from(admin.split('.')[1] ?? '', 'base64url').toString());
  const hourAgo = Math.floor(Date.now() / 1000) - 3_600;
  const of: Readonly<Record<Who, string | undefined>> = {
    admin,
    operator: (await tokenOf('operator')).secret,
    user: (await tokenOf('user')).secret,
    seller: seller.access_token,
    nobody: undefined,
    expired: jwt({ alg: 'HS256', typ: 'JWT' }, { ...claims, iat: hourAgo, exp: hourAgo + 900 }, JWT_SECRET),
    forged: jwt({ alg: 'HS256', typ: 'JWT' }, claims, 'another secret'),
    unsigned: `${jwt({ alg: 'none', typ: 'JWT' }, claims, '').split('.').slice(0, 2).join('.')}.`,
    'foreign key': jwt({ alg: 'HS256', kid: '/dev/null', jku: 'http://127.0.0.1:1/', jwk: {} }, claims, ''),
    garbage: 'gv_%20'.repeat(3),
    revoked: revoked.secret,
  };
  return { of, revokedId: revoked.id };
}

function jwt(header: object, claims: object, secret: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

interface Pools {
  add(name: string, value: unknown): void;
  pick(from: FromPool): unknown;
  learn(operation: Operation, answer: RawAnswer): void;
}

/** The newest values in answers: ids by parameter, e-mails, cursors, tags and refresh tokens. */
function createPools(): Pools {
  const pools = new Map<string, string[]>();
  const add = (name: string, value: unknown): void => {
    if (typeof value !== 'string') return;
    const pool = pools.get(name) ?? [];
    pools.set(name, pool);
    pool.push(value);
    if (pool.length > POOL_SIZE) pool.shift();
  };
  return {
    add,
    pick: ({ name, pick }) => {
      const pool = pools.get(name === 'id' ? 'job_id' : name) ?? [];
      // Requests also need new ids, and ids that do not exist (any more).
      if (pool.length === 0 || pick % 6 === 1) return unknownOf(name, pick);
      return pool[pick % pool.length];
    },
    learn: ({ path }, { status, headers, text }) => {
      add('etag', headers.etag);
      // Exports are lines of JSON, and a stream has events.
      const isJson = String(headers['content-type']).startsWith('application/json');
      if (status >= 300 || !isJson || !text.startsWith('{')) return;
      const body = JSON.parse(text);
      add('cursor', body.next_cursor);
      add('refresh_token', body.refresh_token);
      if (path.endsWith('password-reset')) add('token', body.link?.split('#')[1]);
      add('email', body.user?.email);
      add('user_id', body.user?.id);
      if (path === '/api/tokens' && status === 201) add('token_id', body.id);
      if (path === '/api/listings') add('listing_id', body.id);
      if ('job_uid' in body) add('run_id', body.id);
      if (path.endsWith('/backfill')) add('backfill_id', body.id);
      if (path.endsWith('/bulk')) add('bulk_id', body.id);
      if (path === '/api/alert-channels') add('channel_id', body.id);
      if (path === '/api/calendars/{calendar_id}') add('calendar_id', body.id);
      if (path === '/api/nodes') for (const { node } of body.data ?? []) add('node_id', node);
      if ('next_run' in body) add('job_id', body.id);
      if (path.endsWith('runs')) for (const run of body.data ?? []) add('run_id', run.id);
    },
  };
}

function unknownOf(name: string, pick: number): string {
  if (name === 'email') return `user${pick % 997}@example.com`;
  if (name === 'run_id' || name === 'backfill_id' || name === 'bulk_id') return String(pick);
  return name === 'etag' ? `"1.${pick}"` : `x${pick % 997}`;
}

type Raw = Omit<RawRequest, 'url'>;

function rawOf(plan: Plan, token: string | undefined, pools: Pools): Raw {
  const { operation, path, query, rawQuery, headers, body } = plan;
  const segments = operation.path.replaceAll(/\{(\w+)\}/g, (_, name) => segmentOf(path[name], pools));
  const pairs = query.map(([name, value]) => `${encode(name)}=${encode(textOf(value, pools))}`);
  const search = [...pairs, ...(rawQuery === '' ? [] : [rawQuery])].join('&');
  const bytes = body === undefined ? undefined : (body.bytes ?? Buffer.from(jsonOf(body.value, pools)));
  const own = headers.map(([name, value]) => [name, textOf(value, pools)] as const);
  const type = body?.type;
  return {
    method: operation.method,
    path: search === '' ? segments : `${segments}?${search}`,
    headers: [
      ...(token === undefined ? [] : [['authorization', `Bearer ${token}`] as const]),
      ...(type === undefined || own.some(([name]) => name === 'content-type')
        ? []
        : [['content-type', type] as const]),
      ...own,
    ],
    body: bytes,
  };
}

function segmentOf(value: unknown, pools: Pools): string {
  if (value instanceof RawSegment) return value.text;
  // An empty segment, or one of dots, would change the path.
  const text = encode(textOf(value, pools));
  return text === '' ? '%20' : text;
}

function textOf(value: unknown, pools: Pools): string {
  return String(value instanceof FromPool ? pools.pick(value) : value);
}

const encode = (text: string): string => encodeURIComponent(text.toWellFormed());

function jsonOf(value: unknown, pools: Pools): string {
  return JSON.stringify(value, (_key, part) => (part instanceof FromPool ? pools.pick(part) : part)) ?? '';
}
