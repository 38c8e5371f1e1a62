import { StoreError } from '../core/model/errors.ts';
import type { Engine } from '../engine/ports/engine-port.ts';
import type { EngineStats, NodeActivity } from '../engine/ports/engine-stats.ts';

/** What metrics are made of. `stats`: undefined while the database is unavailable. */
export interface Reading {
  readonly activity: NodeActivity;
  readonly stats: EngineStats | undefined;
}

/** The part of an engine that metrics read. */
export type ReadableJobs = Pick<Engine, 'stats' | 'activity'>;

/** Collectors of metrics wait only a few seconds. */
export const DATABASE_MS = 2_000;

/**
 * Returns a function that reads the engine. Calls at the same time share one reading. If the database does
 * not respond within `databaseMs`, the reading has no stats, and no second request is sent meanwhile.
 */
export function createReader(jobs: ReadableJobs, databaseMs: number): () => Promise<Reading> {
  let asked: Promise<EngineStats | undefined> | undefined;
  let reading: Promise<Reading> | undefined;
  const read = async (): Promise<Reading> => {
    asked ??= jobs
      .stats()
      .catch(unlessUnavailable)
      .finally(() => {
        asked = undefined;
      });
    const stats = await within(databaseMs, asked);
    return { stats, activity: stats ?? jobs.activity() };
  };
  return () => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}

function unlessUnavailable(error: unknown): undefined {
  if (!(error instanceof StoreError)) throw error;
}

/** The result, or undefined after `ms`. */
function within<T>(ms: number, result: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), ms);
  return Promise.race([result, late.promise]).finally(() => clearTimeout(timer));
}
