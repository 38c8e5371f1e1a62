import { type CheckpointView, checkpointView } from '../../../core/model/checkpoint.ts';
import { isLiveRun } from '../../../core/model/run.ts';
import type { LogLine } from '../../../core/store/store-passes.ts';
import type {
  JobVersion,
  JobVersionQuery,
  RunPage,
  RunQuery,
  RunView,
} from '../../../core/store/store-views.ts';
import { rowOf } from '../../rows/first-column.ts';
import { jobVersionOf, VERSION_COLUMNS } from '../../rows/jobs/job-version.ts';
import { ranWithOf } from '../../rows/runs/run-view.ts';
import { bindable, type Dialect, jobOfRun } from '../dialect.ts';
import { arrays, type Read } from '../read.ts';
import { withBackfills } from './backfills-of-runs.ts';
import { withTriggered, withTriggeredBy } from './chained-runs.ts';
import { withLimit } from './limit-waits.ts';
import { readRunPage } from './run-pages.ts';
import { columnsOfView, kindsOf, payloadOfVersion, viewOf } from './run-views.ts';
import { withSlotsDone } from './slots-done.ts';

export function createRunReads(sql: Dialect) {
  const { schema, mark } = sql;
  const kinds = kindsOf(sql);
  const byId = new Map(
    kinds.map((kind) => {
      const { table, columns, runOf } = kind;
      const found = `(SELECT ${columns} FROM ${schema}${table} WHERE id = ${mark}1) AS run`;
      const payload = payloadOfVersion(sql, kind);
      return [`SELECT ${columnsOfView(sql, payload)} FROM ${found} ${jobOfRun(sql)}`, runOf];
    }),
  );
  const versions = `SELECT ${VERSION_COLUMNS} FROM ${schema}job_versions
    WHERE job_uid = ${mark}1 AND version < ${mark}2 ORDER BY version DESC LIMIT ${mark}3`;
  const logs = `SELECT at, level, message, fields FROM ${schema}run_logs WHERE run_id = ${mark}1 ORDER BY seq`;
  const checkpoint = `SELECT saved_at, content FROM ${schema}checkpoints WHERE run_id = ${mark}1`;
  const anyRun = kinds
    .map(({ table }) => `SELECT 1 FROM ${schema}${table} WHERE id = ${mark}1`)
    .join(' UNION ALL ');

  return {
    /** `now`: also looks up the limit that the run waits for. */
    *getRun(runId: string, now?: number): Read<RunView | undefined> {
      for (const [statement, runOf] of byId) {
        const [row] = yield* arrays(statement, [bindable(Number(runId))]);
        if (row === undefined) continue;
        const view = viewOf(row, runOf);
        const [payload] = rowOf<readonly unknown[]>(row).slice(-1) as [string | null];
        const saved = isLiveRun(view.run) ? yield* arrays(checkpoint, [Number(runId)]) : [];
        const checkpoints = saved.map((one) => checkpointView(...rowOf<[number, string]>(one)));
        const whole = { ...view, ...ranWithOf(view.run, payload), ...checkpointIn(checkpoints) };
        const found = yield* withBackfills(sql, [whole]);
        const done = yield* withTriggeredBy(sql, yield* withSlotsDone(sql, found));
        const linked = done[0] && (yield* withTriggered(sql, done[0]));
        return linked === undefined || now === undefined ? linked : yield* withLimit(sql, linked, now);
      }
      return undefined;
    },

    /** Replaced definitions, newest first. */
    *listVersions({ jobUid, limit, before }: JobVersionQuery): Read<readonly JobVersion[]> {
      const below = Math.min(before ?? LAST_VERSION, LAST_VERSION);
      const rows = yield* arrays(versions, [bindable(Number(jobUid)), bindable(below), limit]);
      return rows.map(jobVersionOf);
    },

    listRuns: (query: RunQuery): Read<RunPage> => readRunPage(sql, query),

    /** The log of a run, oldest line first; undefined when there is no such run. */
    *getLogs(runId: string): Read<readonly LogLine[] | undefined> {
      const id = bindable(Number(runId));
      const rows = yield* arrays(logs, [id]);
      if (rows.length === 0 && (yield* arrays(anyRun, [id])).length === 0) return undefined;
      return rows.map((row) => {
        const [at, level, message, fields] = rowOf<[number, unknown, string, string | null]>(row);
        const line = { at, level: sql.levelOf(level), message };
        return fields === null ? line : { ...line, fields };
      });
    },
  };
}

function checkpointIn([checkpoint]: readonly CheckpointView[]): Pick<RunView, 'checkpoint'> {
  return checkpoint === undefined ? {} : { checkpoint };
}

/** The largest value of its column in PostgreSQL. */
const LAST_VERSION = 2_147_483_647;
