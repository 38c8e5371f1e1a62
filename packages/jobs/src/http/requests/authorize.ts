import { problemOf } from './problem-of.ts';

/** The permission that a route requires. */
export type JobsNeed = 'read' | 'operate' | 'admin';

/** The sender of a request. */
export interface JobsPrincipal {
  /** For the audit log, such as `user:42`. */
  readonly id: string;
  /** For people, such as in the console. Default: the `id`. */
  readonly name?: string;
}

/**
 * Decides whether a request has a permission. Throws an error with a `statusCode` of 401 or 403 if not, whose
 * message the client gets; otherwise returns the principal, if it is known.
 */
export type Authorize<Request> = (
  request: Request,
  need: JobsNeed,
) => Promise<JobsPrincipal | undefined> | JobsPrincipal | undefined;

/** Whether a request has a further permission. Rejects with the errors of `authorize`, a 403 aside. */
export async function mayDo<Request>(
  authorize: Authorize<Request> | false,
  request: Request,
  need: JobsNeed,
): Promise<boolean> {
  if (authorize === false) return true;
  try {
    await authorize(request, need);
    return true;
  } catch (error) {
    if (problemOf(error).status === 403) return false;
    throw error;
  }
}
