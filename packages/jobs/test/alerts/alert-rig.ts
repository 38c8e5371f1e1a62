import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import { type AlertOptions, createJobs, defineJobType } from '../../src/index.ts';
import { sqlite } from '../../src/stores/sqlite/index.ts';
import { bodyOf, serve } from '../outbound/test-server.ts';
import { silentLogger } from '../silent-logger.ts';

/** Fails as its payload says. */
export const work = defineJobType({
  type: 'work',
  module: import.meta.url,
  payload: z.strictObject({ error: z.string().optional() }),
  run: async ({ payload: { error } }) => {
    if (error !== undefined) throw new Error(error);
  },
});

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly at: number;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Resolves once so many messages have arrived. */
  until(count: number): Promise<void>;
}

/** A server that takes alerts. `status`: what it answers to the n-th request, from 0. */
export async function receiver(status: (n: number) => number = () => 204): Promise<Receiver> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  const port = await serve(async (request, response) => {
    const text = await bodyOf(request);
    received.push({ headers: request.headers, text, at: Date.now() });
    response.writeHead(status(received.length - 1)).end();
    for (const check of waiting) check();
  });
  return {
    url: `http://127.0.0.1:${port}/secret-path`,
    received,
    until: (count) =>
      new Promise((resolve) => {
        const check = () => {
          if (received.length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}

export function databaseFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'jobs.db');
}

export interface AlertJobsOptions {
  readonly alerts?: AlertOptions;
  readonly concurrency?: number;
  readonly file?: string;
}

/** An engine on SQLite that may send to this machine, stopped at the end of the test. */
export async function alertJobs(options: AlertJobsOptions = {}) {
  const {
    alerts = { consoleUrl: 'https://jobs.example.com/console/' },
    file = databaseFile(),
    ...more
  } = options;
  const jobs = createJobs({
    store: sqlite(file),
    types: [work],
    outbound: { allow: ['127.0.0.1'] },
    alerts,
    logger: silentLogger,
    ...more,
  });
  onTestFinished(() => jobs.stop());
  await jobs.start();
  return jobs;
}

type AlertJobs = Awaited<ReturnType<typeof alertJobs>>;

/** Runs a new job that fails. */
export async function failJob(jobs: AlertJobs, id: string, error = 'disk full'): Promise<void> {
  await jobs.createJob({
    id,
    name: `Job ${id}`,
    type: 'work',
    onDemand: true,
    maxAttempts: 1,
    payload: { error },
  });
  await jobs.trigger(id);
}

/** Waits for a condition, with a deadline. */
export async function eventually<T>(read: () => Promise<T | undefined>, ms = CONDITION_MS): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error('it did not happen in time');
    await new Promise((resolve) => void setTimeout(resolve, 10));
  }
}
