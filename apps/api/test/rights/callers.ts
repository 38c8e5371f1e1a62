import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import { makeToken } from '../../src/commands/make-token.ts';
import { PASSWORD, testConfig } from '../../src/testing/test-app.ts';
import { startLastingServer } from '../../src/testing/test-server.ts';
import type { BadToken, Caller } from './expected-rights.ts';
import { createSend, type Send } from './send.ts';

const JWT_SECRET = 'a secret of the matrix alone, long enough';
const PEOPLE = ['user', 'operator', 'admin'] as const;
const emailOf = (name: string) => `${name.replaceAll(' ', '-')}@example.com`;

/** The type that the token with a policy may use. */
export const POLICY_TYPE = 'send_notifications';

/** A real server on a real socket, with a token of each caller. */
export interface RightsServer {
  readonly send: Send;
  /** The token of an admin who is none of the callers. */
  readonly root: string;
  /** The token of a caller. Signs people in again, because a request may have ended their sessions. */
  tokenOf(caller: Caller): Promise<string | undefined>;
  readonly bad: Readonly<Record<BadToken, string>>;
  /** Somebody whose things the callers try to read and change. */
  readonly victim: { readonly id: string; readonly token: string };
  stop(): Promise<void>;
}

export async function startRightsServer(
  dataDir: string,
  database: Readonly<Record<string, string>> = {},
): Promise<RightsServer> {
  const env = {
    ...database,
    DATA_DIR: dataDir,
    JWT_SECRET,
    METRICS_TOKEN: 'the-scraper-of-the-matrix',
    JOBS_CONCURRENCY: '0',
    RATE_LIMIT_PER_MINUTE: '10000000',
    RATE_LIMIT_OPERATOR_PER_MINUTE: '10000000',
    RATE_LIMIT_LOGIN_FAILURES: '10000',
  };
  const { url, stop } = await startLastingServer(env);
  const send = createSend(url);
  const root = await makeToken(await testConfig(env));
  const signIn = (email: string, password = PASSWORD) =>
    need(send, 'POST', '/api/auth/login', { body: { email, password } });
  const register = async (name: string, role: string) => {
    const body = { email: emailOf(name), name, password: PASSWORD };
    const made = await need(send, 'POST', '/api/auth/register', { body });
    const { id } = Object(made.user);
    if (role !== 'user') await need(send, 'PATCH', `/api/users/${id}`, { token: root, body: { role } });
    return { id: String(id), token: String(made.access_token) };
  };
  const apiToken = async (role: string, more: object = {}, token = root) =>
    need(send, 'POST', '/api/tokens', { token, body: { name: `token of ${role}`, role, ...more } });
  for (const person of PEOPLE) await register(person, person);
  const secrets: Partial<Record<Caller, string>> = {};
  for (const role of PEOPLE) secrets[`${role} token`] = String((await apiToken(role)).secret);
  const policy = { types: [POLICY_TYPE], max_jobs: 1_000 };
  secrets['policy token'] = String((await apiToken('admin', { policy })).secret);
  const firstPassword = async () => (await readFile(join(dataDir, 'admin-password'), 'utf8')).trim();
  return {
    send,
    root,
    tokenOf: async (caller) => {
      if (caller === 'nobody') return undefined;
      if (caller === 'unchanged admin')
        return String((await signIn('admin@greenvue.local', await firstPassword())).access_token);
      const person = PEOPLE.find((one) => one === caller);
      return person === undefined ? secrets[caller] : String((await signIn(emailOf(person))).access_token);
    },
    bad: await badTokens({ send, root, register, apiToken }),
    victim: await register('victim', 'user'),
    stop,
  };
}

interface Makers {
  readonly send: Send;
  readonly root: string;
  register(name: string, role: string): Promise<{ readonly id: string; readonly token: string }>;
  apiToken(role: string, more?: object, token?: string): Promise<Readonly<Record<string, unknown>>>;
}

async function badTokens({ send, root, register, apiToken }: Makers): Promise<RightsServer['bad']> {
  const signedOut = await register('signed out', 'admin');
  const disabled = await register('disabled', 'admin');
  const ofDisabled = await apiToken('admin', {}, disabled.token);
  const soon = new Date(Date.now() + 1_000).toISOString();
  const expiring = String((await apiToken('admin', { expires_at: soon })).secret);
  const revoked = await apiToken('admin');
  await need(send, 'DELETE', '/api/auth/sessions', { token: signedOut.token });
  await need(send, 'PATCH', `/api/users/${disabled.id}`, { token: root, body: { disabled: true } });
  await need(send, 'DELETE', `/api/tokens/${revoked.id}`, { token: root });
  await vi.waitFor(async () => {
    const { status } = await send('GET', '/api/auth/me', { token: expiring });
    if (status !== 401) throw new Error(`The token is not expired yet: ${status}`);
  }, CONDITION_MS);
  const { token: alive } = await register('alive', 'admin');
  const claims = JSON.parse(Buffer.from(alive.split('.')[1] ?? '', 'base64url').toString());
  const hourAgo = Math.floor(Date.now() / 1000) - 3_600;
  return {
    'expired access token': jwt({ ...claims, iat: hourAgo, exp: hourAgo + 900 }, JWT_SECRET),
    'forged access token': jwt(claims, 'a secret of somebody else, long enough'),
    'access token of an ended session': signedOut.token,
    'access token of a disabled account': disabled.token,
    'revoked API token': String(revoked.secret),
    'expired API token': expiring,
    'API token of a disabled account': String(ofDisabled.secret),
    'unknown API token': `gv_${'x'.repeat(43)}`,
  };
}

function jwt(claims: object, secret: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** Sends a request that must succeed, and returns the object of its answer. */
export async function need(
  send: Send,
  ...request: Parameters<Send>
): Promise<Readonly<Record<string, unknown>>> {
  const { status, text } = await send(...request);
  if (status >= 300) throw new Error(`${request[0]} ${request[1]} returned ${status}: ${text}`);
  return text === '' ? {} : Object(JSON.parse(text));
}
