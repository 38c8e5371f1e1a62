import { onTestFinished } from 'vitest';
import { type Server, type ServerOptions, startServer } from '../server.ts';
import { testConfig } from './test-app.ts';

/**
 * GreenVue as `npm start` puts it together, job engine included, listening on a free port; stopped when the
 * test is over.
 */
export async function startTestServer(
  env: Readonly<Record<string, string>> = {},
  options: ServerOptions = {},
): Promise<Server> {
  const config = await testConfig({ PORT: '0', ...env });
  const passwordCost = { memory: 64, passes: 1, parallelism: 1 };
  const server = await startServer(config, { passwordCost, ...options });
  onTestFinished(() => server.stop());
  return server;
}
