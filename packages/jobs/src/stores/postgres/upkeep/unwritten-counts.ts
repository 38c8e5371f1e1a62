import type { Job } from '../../../core/model/job.ts';
import { type CountedRun, HourTally } from '../../rows/hour-tally.ts';
import type { Database } from '../connection/database.ts';
import { columnsOf } from '../connection/queries.ts';

/** How long counts may wait. A killed process loses at most the durations of this time. */
const WRITE_EVERY_MS = 5_000;

/**
 * The durations of written runs, in memory until they are added to `hour_buckets`. In the transaction of each
 * settlement, their rows would cost a quarter of its time.
 */
export class UnwrittenCounts {
  readonly #db: Database;
  readonly #shard: number;
  readonly #tally = new HourTally();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(db: Database, shard: number) {
    this.#db = db;
    this.#shard = shard;
  }

  /** Call it once the transaction that ended the run is written. `dueAt`: when its last attempt was due. */
  add(job: Pick<Job, 'type' | 'tags'>, run: CountedRun, dueAt: number): void {
    this.#tally.add(job, run, dueAt);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // What could not be written waits for the next time.
      this.write().catch(() => undefined);
    }, WRITE_EVERY_MS).unref();
  }

  /** Writes all counts so far. */
  write(): Promise<void> {
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#write());
    return this.#writing;
  }

  /** Writes what is left, if the database can be reached. Call it when nothing is added any more. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.write().catch(() => undefined);
  }

  async #write(): Promise<void> {
    const rows = this.#tally.take();
    if (rows.length === 0) return;
    const values = rows.map((row) => [row.subject, row.hour, row.measure, row.bucket, row.count]);
    try {
      await this.#db.boundedTransaction((q) => q.run(ADD, [...columnsOf(values, 5), this.#shard]));
    } catch (error) {
      this.#tally.putBack(rows);
      throw error;
    }
  }
}

const ADD = `INSERT INTO greenvue_jobs.hour_buckets AS old (subject, hour, measure, bucket, count, shard)
  SELECT *, $6::integer
  FROM unnest($1::text[], $2::bigint[], $3::text[], $4::integer[], $5::bigint[]) AS new
  ON CONFLICT (subject, hour, measure, bucket, shard) DO UPDATE SET count = old.count + excluded.count`;
