import type { FinishedRun, LiveRun } from '../../src/core/model/run.ts';
import type { StoredCheckpoint } from '../../src/core/store/checkpoint-store.ts';
import type { StoredJob } from '../../src/core/transactions/stored-job.ts';
import type { MemoryDatabase } from '../../src/stores/memory/index.ts';
import type { Client } from './simulated-network.ts';

/** A row before and after a call of the store. */
export interface Change<Row> {
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

/** What one call of the store has changed in the tables. */
export interface Step {
  readonly method: string;
  readonly args: readonly unknown[];
  /** The process that called. */
  readonly by: Client;
  /** The store has refused the call. */
  readonly isRefused: boolean;
  /** The time of the database. */
  readonly now: number;
  /** Simulated ms since the start. */
  readonly elapsed: number;
  readonly jobs: readonly Change<StoredJob>[];
  readonly live: readonly Change<LiveRun>[];
  readonly finished: readonly Change<FinishedRun>[];
  readonly checkpoints: readonly Change<StoredCheckpoint>[];
}

/** The part of a step that the tables show. */
export type Changes = Pick<Step, 'jobs' | 'live' | 'finished' | 'checkpoints'>;

/** Notes each write to the tables between two calls of `take`. Reads them directly, with no code of the store. */
export class StepRecorder {
  readonly #jobs: Map<number, Change<StoredJob>>;
  readonly #live: Map<number, Change<LiveRun>>;
  readonly #finished: Map<number, Change<FinishedRun>>;
  readonly #checkpoints: Map<number, Change<StoredCheckpoint>>;

  constructor({ jobs, live, runs, checkpoints }: MemoryDatabase) {
    this.#jobs = watch(jobs, (row) => row);
    this.#live = watch(live, ({ run }) => run);
    this.#finished = watch(runs, (row) => row);
    this.#checkpoints = watch(checkpoints, (row) => row);
  }

  take(): Changes {
    return {
      jobs: drain(this.#jobs),
      live: drain(this.#live),
      finished: drain(this.#finished),
      checkpoints: drain(this.#checkpoints),
    };
  }
}

function watch<Row, Shown>(table: Map<number, Row>, show: (row: Row) => Shown): Map<number, Change<Shown>> {
  const changes = new Map<number, Change<Shown>>();
  const shown = (key: number) => {
    const row = table.get(key);
    return row === undefined ? undefined : show(row);
  };
  const note = (key: number, after: Shown | undefined) => {
    const known = changes.get(key);
    changes.set(key, { before: known === undefined ? shown(key) : known.before, after });
  };
  const { set, delete: remove } = Map.prototype;
  table.set = (key, row) => {
    note(key, show(row));
    set.call(table, key, row);
    return table;
  };
  table.delete = (key) => {
    note(key, undefined);
    return remove.call(table, key);
  };
  return changes;
}

function drain<Row>(changes: Map<number, Change<Row>>): readonly Change<Row>[] {
  if (changes.size === 0) return [];
  const all = [...changes.values()].filter(({ before, after }) => before !== after);
  changes.clear();
  return all;
}

/** The changes of a step, for people. */
export function inWords({ jobs, live, finished }: Changes): readonly string[] {
  return [
    ...jobs.map(
      ({ before, after }) => `job ${after?.job.id ?? before?.job.id}: ${changed(before?.job, after?.job)}`,
    ),
    ...[...live, ...finished].map(
      ({ before, after }) => `run ${(after ?? before)?.id}: ${changed(before, after)}`,
    ),
  ];
}

function changed(before: object | undefined, after: object | undefined): string {
  if (after === undefined) return 'removed';
  const old = new Map(Object.entries(before ?? {}));
  const fresh = new Map(Object.entries(after));
  const set = [...fresh].filter(([name, value]) => JSON.stringify(old.get(name)) !== JSON.stringify(value));
  const gone = [...old.keys()].filter((name) => !fresh.has(name));
  const kept = set.map(([name, value]) => `${name}=${inShort(value)}`);
  return [...kept, ...gone.map((name) => `${name} removed`)].join(' ');
}

function inShort(value: unknown): string {
  if (typeof value === 'number' && value > 1e12) return new Date(value).toISOString().slice(11, 23);
  return JSON.stringify(value)
    .replaceAll(/"stack":"[^"]*",?/g, '')
    .slice(0, 200);
}
