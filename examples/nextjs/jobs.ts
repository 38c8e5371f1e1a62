import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { createJobs } from '@greenvue/jobs';
import { registerJobMetrics } from '@greenvue/jobs/prometheus';
import { sqlite } from '@greenvue/jobs/sqlite';
import { collectDefaultMetrics } from 'prom-client';
import { checkDisk } from './check-disk.ts';

const create = () => ({
  jobs: createJobs({ store: sqlite('jobs.db'), types: [checkDisk] }),
  stopping: new AbortController(),
});

/** Next.js loads this file once for each bundle. All bundles share one engine. */
const shared = globalThis as { app?: ReturnType<typeof create> };
shared.app ??= create();
export const { jobs, stopping } = shared.app;

export async function startJobs() {
  try {
    await jobs.start();
    await jobs.schedule(checkDisk, { id: 'check-disk', interval: '10s', payload: { path: '.' } });
  } catch (error) {
    // Next.js would only log the error, and answer each request with 500.
    console.error(error);
    process.exit(1);
  }
  collectDefaultMetrics();
  registerJobMetrics(jobs);
  stopOnSignals();
}

/** Ctrl+C and SIGTERM stop the engine, when the open requests have their responses. */
function stopOnSignals() {
  // Next.js does not hand over its server. Node names it at each request.
  let server: Server | undefined;
  let openRequests = 0;
  subscribe('http.server.request.start', (message) => {
    const started = message as { server: Server; response: ServerResponse };
    server = started.server;
    openRequests += 1;
    started.response.once('close', () => {
      openRequests -= 1;
    });
  });
  const stop = async () => {
    const serving = server && once(server, 'close');
    server?.close();
    // Event streams and idle connections would keep the server open.
    stopping.abort();
    setInterval(() => {
      if (openRequests === 0) server?.closeAllConnections();
    }, 100).unref();
    await jobs.stop({ serving }).finally(() => process.exit());
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
}
