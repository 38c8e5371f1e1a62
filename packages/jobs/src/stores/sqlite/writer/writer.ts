import type { FinishedStatus } from '../../../core/model/run.ts';
import type { UnitOfWork } from '../../../core/transactions/unit-of-work.ts';
import { MAX_LIVE_RUNS } from '../../rows/bounds.ts';
import { HOUR_MS } from '../../rows/hours.ts';
import { LiveRunCap } from '../../rows/live-run-cap.ts';
import type { Database } from '../database.ts';
import { STATUS } from '../rows/codes.ts';
import type { KeyedRun } from '../rows/run-rows.ts';
import { createHistoryOverLimit, type HistoryOverLimit } from './history-over-limit.ts';
import { createIds, type Ids } from './ids.ts';
import { createJobTable, type JobTable } from './job-table.ts';
import { createNodeKeys, createTypeKeys, type NodeKeys, type TypeKeys } from './keys.ts';

/**
 * What the writing operations work on: the one writing connection, and what the writer keeps in memory with
 * it.
 */
export interface Writer {
  readonly db: Database;
  readonly ids: Ids;
  readonly types: TypeKeys;
  readonly nodes: NodeKeys;
  readonly jobs: JobTable;
  readonly historyOverLimit: HistoryOverLimit;
  readonly liveRunCap: LiveRunCap;
  /**
   * Claimed runs as they were claimed, by id: most are settled before any other write. Each other write to a
   * run removes it here.
   */
  readonly claimed: Map<number, KeyedRun>;
  /** Counts a finished run in its hour. */
  count(status: FinishedStatus, at: number): void;
  /** Writes what is gathered in memory over a transaction; to be called before its commit. */
  flush(): void;
}

/** The transaction under way. */
export interface CurrentUnit {
  unit: UnitOfWork;
}

/** Nothing in a writer outlives a rollback: make another one then. */
export function createWriter(db: Database): Writer {
  const ids = createIds(db);
  const counts = new Map<number, number>();
  const jobs = createJobTable(db);
  return {
    db,
    ids,
    types: createTypeKeys(db),
    nodes: createNodeKeys(db),
    jobs,
    historyOverLimit: createHistoryOverLimit(db, jobs),
    liveRunCap: new LiveRunCap(MAX_LIVE_RUNS, 1 / 2),
    claimed: new Map(),
    count(status, at) {
      // Eight codes fit beside the hour.
      const key = Math.floor(at / HOUR_MS) * 8 + STATUS[status];
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    flush() {
      for (const [key, count] of counts) {
        db.write(ADD_TO_HOUR, Math.floor(key / 8) * HOUR_MS, key % 8, count);
      }
      counts.clear();
      ids.save();
    },
  };
}

const ADD_TO_HOUR = `INSERT INTO hour_counts (hour, status, count) VALUES (?, ?, ?)
  ON CONFLICT (hour, status) DO UPDATE SET count = count + excluded.count`;
