import { expect } from 'vitest';
import type { ServerOptions } from '../../src/server.ts';
import { textOf } from '../../src/testing/test-bodies.ts';
import { startTestServer } from '../../src/testing/test-server.ts';
import { type Operator, operatorOn } from '../operator.ts';
import type { Env } from '../shell.ts';
import { EMAIL, PASSWORD } from './visit.ts';

/** A server in this process that serves the console, and its admin as an HTTP client. */
export interface ConsoleServer {
  readonly url: string;
  readonly admin: Operator;
}

export async function startConsoleServer(options: ServerOptions = {}, env: Env = {}): Promise<ConsoleServer> {
  const account = { ADMIN_EMAIL: EMAIL, ADMIN_PASSWORD: PASSWORD };
  const { url } = await startTestServer({ ...account, ...env }, options);
  return { url, admin: await logIn(url, EMAIL) };
}

/** Signs in as the user with this address. All users of these tests have the same password. */
export async function logIn(url: string, email: string): Promise<Operator> {
  const { port } = new URL(url);
  const body = await done(operatorOn(port), 'POST', '/api/auth/login', { email, password: PASSWORD });
  return operatorOn(port, `Bearer ${textOf(body, 'access_token')}`);
}

/** Sends a request that must succeed, and returns the body of the answer. */
export async function done(operator: Operator, ...request: Parameters<Operator['ask']>): Promise<unknown> {
  const { status, body } = await operator.ask(...request);
  expect(status, JSON.stringify(body)).toBeLessThan(300);
  return body;
}
