import { damagedNames } from '../../core/model/damaged-names.ts';
import type { Job } from '../../core/model/job.ts';
import type { EngineLogger } from '../ports/engine-logger.ts';

/** Warns about jobs whose tags or alerts are damaged, once for each version of a job. */
export class DamagedJobs {
  readonly #logger: EngineLogger;
  readonly #warned = new Map<string, number>();

  constructor(logger: EngineLogger) {
    this.#logger = logger;
  }

  warn(jobs: readonly Job[]): void {
    for (const job of jobs) {
      const fields = damagedNames(job);
      if (fields.length === 0 || this.#warned.get(job.uid) === job.version) continue;
      this.#warned.set(job.uid, job.version);
      this.#logger.warn({ job: job.id, fields }, DAMAGED);
    }
  }
}

const DAMAGED =
  'stored fields of a job are damaged and count as empty: edit the job and set them again, such as alerts: ["ops"] or null';
