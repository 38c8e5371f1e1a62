import { sqlite } from '@greenvue/jobs/sqlite';
import { expect } from 'vitest';
import { type Market, type MarketSize, makeMarket } from '../src/commands/demo-market.ts';
import { fillMarket } from '../src/commands/fill-market.ts';
import { dataFiles } from '../src/data-dir/data-dir.ts';
import { createDatabase, type DatabaseLocation } from '../src/db/create-database.ts';
import { partOf, textOf } from '../src/testing/test-bodies.ts';
import { startProcess, type TestProcess } from '../src/testing/test-process.ts';
import { type Env, until } from './shell.ts';

/** A client with an admin's token. */
export interface Operator {
  /** The header. */
  readonly authorization: string;
  ask(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Runs a job, waits until the run has succeeded, and returns its result. */
  run(jobId: string): Promise<unknown>;
  /** Waits until a run has ended, and returns it. */
  finished(runId: string, ms?: number): Promise<unknown>;
}

/** Starts a server process, and waits until it is ready. */
export async function startServer(env: Env): Promise<TestProcess> {
  const server = startProcess('main.ts', env);
  await server.printed('Data ');
  return server;
}

/** An operator with a token from `npm run -s token`. */
export async function becomeOperator(env: Env): Promise<Operator> {
  const cli = startProcess('cli.ts', env, ['token']);
  await cli.ended();
  return operatorOn(env.PORT ?? '', `Bearer ${cli.output.stdout.trim()}`);
}

/** An operator with this token on the node at this port; anonymous without one. */
export function operatorOn(port: string, authorization = ''): Operator {
  const ask: Operator['ask'] = async (method, path, body) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: {
        ...(authorization === '' ? {} : { authorization }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  const finished: Operator['finished'] = (runId, ms) =>
    until(
      `run ${runId} is over`,
      async () => {
        const { body } = await ask('GET', `/api/runs/${runId}`);
        return partOf(body, 'finished_at') === null ? undefined : body;
      },
      ms,
    );
  return {
    authorization,
    ask,
    finished,
    run: async (jobId) => {
      const { status, body } = await ask('POST', `/api/jobs/${jobId}/runs`);
      expect(status, JSON.stringify(body)).toBe(202);
      const run = await finished(textOf(body, 'id'));
      expect(run, JSON.stringify(partOf(run, 'errors'))).toMatchObject({
        status: 'succeeded',
        attempt: 1,
        errors: [],
      });
      return partOf(run, 'result');
    },
  };
}

/**
 * Fills a folder's database with a market like the demo's, changed by `edit`, before a server starts on it.
 * Also creates `jobs.db`, because a server does not start with accounts and no `jobs.db`.
 */
export async function fillFolder(
  dataDir: string,
  size: MarketSize,
  edit?: (market: Market) => Market,
): Promise<Market> {
  const files = dataFiles(dataDir);
  const jobs = sqlite(files.jobs);
  await jobs.open();
  await jobs.close();
  return fillDatabase({ file: files.app }, size, edit);
}

/** {@link fillFolder} for any database. */
export async function fillDatabase(
  location: DatabaseLocation,
  size: MarketSize,
  edit: (market: Market) => Market = (market) => market,
): Promise<Market> {
  const now = Date.now();
  const market = edit(makeMarket(size, now));
  const { kysely: database, close } = await createDatabase(location);
  try {
    await fillMarket({ database, market, passwordHash: 'none', now, progress: () => undefined });
  } finally {
    await close();
  }
  return market;
}
