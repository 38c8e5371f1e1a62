import type { FastifyInstance, InjectOptions } from 'fastify';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { createApp } from '../app.ts';
import { type Config, parseConfig } from '../config/config.ts';
import type { Role } from '../db/schema.ts';
import { createDeps, type Deps } from '../deps.ts';
import { featureRoutes } from '../routes.ts';
import { createTestPostgres, type Dialect, temporaryFolder } from './test-database.ts';

/** An app on a database of its own, not listening: closed and removed when the test is over. */
export interface TestApp {
  readonly app: FastifyInstance;
  readonly deps: Deps;
  /** What `deps.clock` says. */
  readonly time: { now: number };
  /** Sends a request, and gives its status, headers and parsed body. */
  ask(request: InjectOptions & { readonly token?: string }): Promise<Answer>;
  /** Registers a user, and gives the session; with a role, the user has it. */
  signUp(email: string, role?: Role): Promise<Session>;
  /** The secret of an API token with that role. */
  apiToken(role: Role): Promise<string>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Of any form: `partOf` and `textOf` look into it. */
  readonly body: unknown;
}

const sessionSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  user: z.object({ id: z.string() }),
});
export type Session = Readonly<z.infer<typeof sessionSchema>>;

export const PASSWORD = 'correct horse battery';

/** What seals the secrets of nodes that share a PostgreSQL. */
export const SECRETS_KEY = 'the key of these tests is long enough';

/** The configuration of an environment, with a folder of its own unless told. */
export async function testConfig(env: Readonly<Record<string, string>> = {}): Promise<Config> {
  const DATA_DIR = env.DATA_DIR ?? (await temporaryFolder());
  const parsed = parseConfig({ DATA_DIR, LOG_LEVEL: 'silent', ...env });
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'));
  return parsed.config;
}

/**
 * The variables that take a test to a database of its own; a file that asks for postgres must have that word
 * in it.
 */
export async function databaseEnv(dialect: Dialect): Promise<Readonly<Record<string, string>>> {
  return dialect === 'postgres' ? { DATABASE_URL: await createTestPostgres(), SECRETS_KEY } : {};
}

export async function createTestApp(env: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  const time = { now: Date.UTC(2026, 0, 1) };
  const config = await testConfig(env);
  const deps = await createDeps(config, {
    clock: { now: () => time.now },
    passwordCost: { memory: 64, passes: 1, parallelism: 1 },
    // The three threads of a database would take most of the time of a test.
    isolation: 'inline',
  });
  onTestFinished(() => deps.close());
  const app = createApp({ ...deps, ...deps.metrics, routes: featureRoutes(deps) });
  onTestFinished(() => app.close());
  await app.ready();
  const actor = { id: 'test', name: 'test' };
  const ask = ({ token, ...request }: InjectOptions & { readonly token?: string }) =>
    askApp(app, request, token);
  return {
    app,
    deps,
    time,
    ask,
    signUp: async (email, role = 'user') => {
      const { body } = await ask({
        method: 'POST',
        url: '/api/auth/register',
        payload: { email, name: 'Ann', password: PASSWORD },
      });
      const session = sessionSchema.parse(body);
      if (role !== 'user') await deps.users.change(session.user.id, { role }, actor);
      return session;
    },
    apiToken: async (role) => {
      const made = await deps.apiTokens.make({ name: role, role, expiresAt: time.now + 86_400_000, actor });
      return made.secret;
    },
  };
}

async function askApp(
  app: FastifyInstance,
  request: InjectOptions,
  token: string | undefined,
): Promise<Answer> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await app.inject({ ...request, headers: { ...authorization, ...request.headers } });
  const isJson = /json/.test(String(answer.headers['content-type']));
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: isJson && answer.body !== '' ? answer.json() : answer.body,
  };
}
