import { onTestFinished } from 'vitest';
import { type Server, startServer } from './server.ts';
import { testConfig } from './test-app.ts';

/** GreenVue as `npm start` puts it together, job engine included, listening on a free port; stopped when the test is over. */
export async function startTestServer(env: Readonly<Record<string, string>> = {}): Promise<Server> {
  const config = await testConfig({ PORT: '0', ...env });
  const server = await startServer(config, { passwordCost: { memory: 64, passes: 1, parallelism: 1 } });
  onTestFinished(() => server.stop());
  return server;
}
