import type { InputFault } from '../input/check.ts';

/** The content of an error response. */
export interface ProblemAnswer {
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly InputFault[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * Refuses a request for a reason that the client may know. Every error handler that honors `statusCode`
 * responds with the right status.
 */
export class HttpProblem extends Error implements ProblemAnswer {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly statusCode: number;
  readonly detail: string;
  readonly errors: readonly InputFault[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(answer: ProblemAnswer, options?: ErrorOptions) {
    super(answer.detail, options);
    this.status = answer.status;
    this.statusCode = answer.status;
    this.detail = answer.detail;
    this.errors = answer.errors;
    this.retryAfterSeconds = answer.retryAfterSeconds;
  }
}
