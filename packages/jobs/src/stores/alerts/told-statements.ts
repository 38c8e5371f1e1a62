import type { AlertTables, ToldCondition, WatchedJob } from '../../core/transactions/alerts/alert-tables.ts';
import { allOf, type Bound } from '../reads/dialect.ts';
import { objects, type Read } from '../reads/read.ts';
import { namesIn } from '../rows/stored-json.ts';
import type { Row } from './alert-rows.ts';
import type { AlertSql } from './alert-sql.ts';

/** The statements about conditions that last. */
export function toldStatements({ schema, mark: m, each, inByteOrder }: AlertSql) {
  const conditions = `${schema}alert_conditions`;
  return {
    *takeAlertWatch(ms: number, now: number): Read<boolean> {
      const rows = yield* objects(
        `INSERT INTO ${schema}alert_watch AS watch (one, until) VALUES (1, ${m}1)
        ON CONFLICT (one) DO UPDATE SET until = excluded.until
          WHERE watch.until <= ${m}2 OR watch.until > excluded.until RETURNING one`,
        [now + ms, now],
      );
      return rows.length > 0;
    },

    *toldConditions(
      ...[{ after, to }]: Parameters<AlertTables['toldConditions']>
    ): Read<readonly ToldCondition[]> {
      const params: Bound[] = [];
      const jobId = inByteOrder('job_id');
      const where: string[] = [];
      if (after !== undefined) where.push(`${jobId} > ${m}${params.push(after)}`);
      if (to !== undefined) where.push(`${jobId} <= ${m}${params.push(to)}`);
      const rows = yield* objects(`SELECT job_id, condition FROM ${conditions} ${allOf(where)}`, params);
      return rows.map((raw) => {
        const row = raw as { readonly job_id: string; readonly condition: ToldCondition['condition'] };
        return { jobId: row.job_id, condition: row.condition };
      });
    },

    *rememberTold(told: readonly ToldCondition[], now: number): Read<void> {
      yield* objects(
        `INSERT INTO ${conditions} (job_id, condition, told_at)
        SELECT value->>'jobId', value->>'condition', CAST(${m}2 AS bigint) FROM ${each(`${m}1`)} WHERE true
        ON CONFLICT DO NOTHING`,
        [JSON.stringify(told.map(({ jobId, condition }) => ({ jobId, condition }))), now],
      );
    },

    *forgetTold(jobIds: readonly string[]): Read<void> {
      yield* objects(
        `DELETE FROM ${conditions} WHERE job_id IN (SELECT value->>'id' FROM ${each(`${m}1`)})`,
        [idsJson(jobIds)],
      );
    },

    *watchedJobs(ids: readonly string[]): Read<readonly WatchedJob[]> {
      const rows = yield* objects(
        `SELECT id, name, status, alerts FROM ${schema}jobs
        WHERE id IN (SELECT value->>'id' FROM ${each(`${m}1`)}) AND deleted_at IS NULL`,
        [idsJson(ids)],
      );
      return rows.map((raw) => {
        const row = raw as Row;
        const alerts = row.alerts === null ? [] : namesIn(row.alerts);
        return { id: row.id as string, name: row.name as string, isPaused: row.status === 'paused', alerts };
      });
    },
  };
}

function idsJson(ids: readonly string[]): string {
  return JSON.stringify(ids.map((id) => ({ id })));
}
