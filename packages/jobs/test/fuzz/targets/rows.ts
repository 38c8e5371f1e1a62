import type { FinishedRun } from '../../../src/core/model/run.ts';
import { storedBulkOf } from '../../../src/stores/rows/bulk-row.ts';
import { forecastJobOf } from '../../../src/stores/rows/jobs/forecast-row.ts';
import { JOB_COLUMNS, paramsOf, storedJobOf } from '../../../src/stores/rows/jobs/job-row.ts';
import { jobVersionOf } from '../../../src/stores/rows/jobs/job-version.ts';
import { storedLimitsOf } from '../../../src/stores/rows/limit-rows.ts';
import {
  finishedParams,
  finishedRunOf,
  keptRunOf,
  liveRunOf,
} from '../../../src/stores/rows/runs/run-row.ts';
import { check, checkSame, inTime } from '../oracle.ts';
import { FINISHED_ROW, JOB_ROW, LIVE_ROW } from '../sound-rows.ts';

/** JSON columns that every pass reads: damage leaves them out, and never throws. */
const SET_ASIDE = ['tags', 'alerts', 'declared'];
const READERS = [
  readJob,
  readFinishedRun,
  readLiveRun,
  readVersion,
  readBulk,
  readLimits,
  readKeptRun,
] as const;

/** Two lines: a table, and the columns that are damaged as JSON. A row is read, or refused with the column's name. */
export function fuzz(bytes: Uint8Array): void {
  const [first = 0, ...rest] = bytes;
  const damage = valueIn(Buffer.from(rest).toString());
  if (typeof damage !== 'object' || damage === null) return;
  const columns = Object.entries(damage).filter(([, value]) => isStorable(value));
  inTime(() => READERS[first % READERS.length]?.(Object.fromEntries(columns)));
}

type Values = Readonly<Record<string, unknown>>;

function readJob(damage: Values): void {
  const row: Values = { ...JOB_ROW, ...damage };
  const stored = readable(() => storedJobOf(row));
  readable(() => forecastJobOf(row, []));
  if (stored === undefined) {
    check(
      !SET_ASIDE.some((column) => column in damage) || damage.kind !== undefined,
      'a damaged column stops all jobs',
    );
    return;
  }
  for (const [n, value] of paramsOf(JOB_COLUMNS, stored).entries()) {
    const { name } = JOB_COLUMNS[n] ?? { name: '' };
    if (!(name in damage))
      checkSame(dependsOn(name, damage) ? row[name] : value, row[name], `the column ${name}`);
  }
}

/** Columns that mean something only beside another one. */
function dependsOn(name: string, damage: Values): boolean {
  return Object.keys(damage).some(
    (other) =>
      other === 'kind' ||
      other.split('_')[0] === name.split('_')[0] ||
      (other === 'paused_at' && name.startsWith('pause')),
  );
}

function readFinishedRun(damage: Values): void {
  const row = FINISHED_ROW.map((value, n) => damage[n] ?? value);
  const run = readable(() => finishedRunOf(row));
  if (run !== undefined) checkSame(finishedParams(run).length, row.length, 'the columns of a run');
}

function readLiveRun(damage: Values): void {
  const run = readable(() => liveRunOf(LIVE_ROW.map((value, n) => damage[n] ?? value)));
  check(run === undefined || Array.isArray(run.errors), 'a run has no list of errors');
}

function readVersion({ definition = '{}', payload = '{}' }: Values): void {
  readable(() => jobVersionOf([1, definition, payload, 0, 0, null]));
}

function readBulk({ record = '{}', scope = null }: Values): void {
  readable(() => storedBulkOf([1, 'node', scope, null, null, record]));
}

function readLimits({ limits = '{}', version = 1 }: Values): void {
  readable(() => storedLimitsOf(['type', version, limits, 1]));
}

function readKeptRun({ run = '{}' }: Values): FinishedRun | undefined {
  return readable(() => keptRunOf(String(run)));
}

/** What a reader makes of a row; undefined if it refuses the row, with a text for people. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    check(
      /^The column \w+ of \w+ contains invalid JSON: |^a job has a schedule of kind /.test(message),
      () => `a row is refused with: ${message}`,
    );
    return undefined;
  }
}

/** What a column can contain. */
function isStorable(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'number';
}

function valueIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
