import { pino } from 'pino';
import { expect, onTestFinished } from 'vitest';
import { type Server, type ServerOptions, startServer } from '../server.ts';
import { startFault } from '../start/start-fault.ts';
import { testConfig } from './test-app.ts';

type Env = Readonly<Record<string, string>>;

/**
 * GreenVue as `npm start` puts it together, job engine included, listening on a free port; stopped when the
 * test is over.
 */
export async function startTestServer(env: Env = {}, options: ServerOptions = {}): Promise<Server> {
  const server = await startLastingServer(env, options);
  onTestFinished(() => server.stop());
  return server;
}

/** The same, for several tests: the caller stops it, and removes the DATA_DIR that it names. */
export async function startLastingServer(env: Env, options: ServerOptions = {}): Promise<Server> {
  const config = await testConfig({ PORT: '0', ...env });
  // The threads of a database and the OpenAPI document would take most of the time of a start.
  return startServer(config, {
    passwordCost: { memory: 64, passes: 1, parallelism: 1 },
    isolation: 'inline',
    writesDocumentAtStart: false,
    ...options,
  });
}

/**
 * `failToStart` without a process of its own. The server logs nothing, and leaves no socket, file or thread
 * that would keep a process from its end.
 */
export async function refuseToStart(env: Env): Promise<string> {
  const config = await testConfig({ PORT: '0', ...env });
  const logged: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line) => logged.push(line) });
  const before = countOpen();
  const error = await startServer(config, { logger }).then(
    async (server) => {
      await server.stop();
      throw new Error('the server started');
    },
    (reason: unknown) => reason,
  );
  await expect.poll(countOpen).toBeLessThanOrEqual(before);
  expect(logged).toEqual([]);
  const line = startFault(error, config);
  expect(line).not.toContain('\n');
  return `${line}\n`;
}

/** How many sockets, servers and threads keep this process alive. Timers of the test runner come and go. */
function countOpen(): number {
  Object.assign(process.report, { excludeNetwork: true });
  const report: { readonly workers?: readonly unknown[] } = Object(process.report.getReport());
  const kinds = new Set(['TCPSocketWrap', 'TCPServerWrap', 'TLSWrap', 'PipeWrap']);
  const sockets = process.getActiveResourcesInfo().filter((kind) => kinds.has(kind));
  return sockets.length + (report.workers ?? []).length;
}
