import type { AbortFlag } from '../../core/model/errors.ts';
import { HttpProblem } from './http-problem.ts';

const RETRY_SECONDS = 2;

/**
 * Limits how many requests are processed at once; a further one gets a 503. None starts for a client that has
 * disconnected: abandoned requests would pile up in memory while the database is locked.
 */
export class WorkLimit {
  readonly #most: number;
  #underWay = 0;

  constructor(most: number) {
    this.#most = most;
  }

  async run<T>(client: AbortFlag, work: () => Promise<T>): Promise<T> {
    if (client.aborted) {
      const detail = 'The client closed the connection before the request started.';
      throw new HttpProblem({ status: 400, detail });
    }
    if (this.#underWay >= this.#most) {
      const detail = `The server is already processing ${this.#most} requests to the jobs API, its limit. Retry after the time in Retry-After.`;
      throw new HttpProblem({ status: 503, detail, retryAfterSeconds: RETRY_SECONDS });
    }
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
    }
  }
}
