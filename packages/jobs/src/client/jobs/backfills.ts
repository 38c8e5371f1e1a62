import type { z } from 'zod';
import type { BackfillJson, BackfillPlanJson, backfillBody } from '../../http/index.ts';
import type { Call, Connection } from '../connection/connection.ts';
import { path } from '../connection/request.ts';
import { type Guarded, guardHeaders } from './guard.ts';

export type Backfill = BackfillJson;
export type BackfillPlan = BackfillPlanJson;
/** `from` and `to` are RFC 3339. */
export type BackfillJob = z.input<typeof backfillBody>;

/** Filters of {@link listBackfills}. */
export interface BackfillsQuery {
  readonly job_id?: string | undefined;
  /** Maximum number of backfills, 1 to 200; default 50. */
  readonly limit?: number | undefined;
}

/**
 * Makes a run for each past slot of a window without a run that succeeded. With `dry_run`, only says which.
 * 409: the job is paused. Repeated only if the server refused it.
 */
export async function backfillJob(
  connection: Connection,
  id: string,
  body: BackfillJob,
  guarded?: Guarded,
): Promise<BackfillPlan> {
  return connection.ask(
    {
      method: 'POST',
      path: path`/jobs/${id}/backfill`,
      body,
      headers: guardHeaders(guarded),
      repeat: 'refused',
    },
    guarded,
  );
}

/** The newest backfills, with their progress. */
export async function listBackfills(
  connection: Connection,
  query: BackfillsQuery = {},
  call?: Call,
): Promise<readonly Backfill[]> {
  const { data } = await connection.ask<{ readonly data: readonly Backfill[] }>(
    { path: '/backfills', query: { ...query }, answer: 'list' },
    call,
  );
  return data;
}

/** A backfill and its progress. */
export async function getBackfill(connection: Connection, id: string, call?: Call): Promise<Backfill> {
  return connection.ask({ path: path`/backfills/${id}` }, call);
}

/**
 * Drops the slots of a backfill that have no run yet, and cancels its waiting runs. `cancel_live`: stops
 * running ones, too. 409: it is over.
 */
export async function cancelBackfill(
  connection: Connection,
  id: string,
  options: { readonly cancel_live?: boolean } = {},
  call?: Call,
): Promise<Backfill> {
  const query = { cancel_live: options.cancel_live === true ? 'true' : undefined };
  return connection.ask(
    { method: 'DELETE', path: path`/backfills/${id}`, query, answer: 'object', repeat: 'refused' },
    call,
  );
}
