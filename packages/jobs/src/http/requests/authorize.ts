import { faultsText, NO_FAULTS } from '../../core/input/fault.ts';
import { text } from '../../core/input/rule.ts';
import { below } from '../../core/input/shape.ts';
import { shownValue } from '../../core/input/shown-value.ts';
import { isRecord } from '../../core/objects.ts';
import type { JobPolicy } from '../../core/policies/policy.ts';
import { policyRules } from '../../core/policies/policy-rules.ts';
import { type JobScope, scopeRules } from '../scope/job-scope.ts';
import { problemOf } from './problem-of.ts';

/** The permission that a route requires. */
export type JobsNeed = 'read' | 'operate' | 'admin';

/** The sender of a request. */
export interface JobsPrincipal {
  /** For the audit log, such as `user:42`. */
  readonly id: string;
  /** For people, such as in the console. Default: the `id`. */
  readonly name?: string;
  /**
   * Makes all other jobs invisible to the sender: tenants share an engine. Left out: the sender may see all
   * jobs. A scope that is not valid, `undefined` too, is answered with a 500, and the log says why.
   */
  readonly scope?: JobScope;
  /**
   * Limits on the jobs that the sender may make or change (P39, policies). A policy that is not valid is
   * answered with a 500, and the log says why.
   */
  readonly policy?: JobPolicy;
}

/**
 * Decides whether a request has a permission. Throws an error with a `statusCode` of 401 or 403 if not, whose
 * message the client gets; otherwise returns the principal, if it is known.
 */
export type Authorize<Request> = (
  request: Request,
  need: JobsNeed,
) => Promise<JobsPrincipal | undefined> | JobsPrincipal | undefined;

/**
 * The principal of a request that has the permission. Rejects with the errors of `authorize`, and with a
 * `TypeError` if its result is neither a principal nor undefined: `false` must not let a request through.
 */
export async function principalOf<Request>(
  authorize: Authorize<Request> | false,
  request: Request,
  need: JobsNeed,
): Promise<JobsPrincipal | undefined> {
  if (authorize === false) return undefined;
  const result: JobsPrincipal | undefined = await authorize(request, need);
  const fault = result === undefined ? undefined : resultFault(result);
  if (fault === undefined) return result;
  throw new TypeError(
    `\`authorize\` must return a principal such as { id: "user:42" }, or undefined; ${fault}. To refuse a request, throw an error with a \`statusCode\` of 401 or 403.`,
  );
}

const ID = text({ min: 1, max: 1_000, like: 'user:42' });
const NAME = text({ max: 1_000, like: 'Ann' });

/** Hosts without TypeScript may return anything. */
function resultFault(result: unknown): string | undefined {
  if (!isRecord(result)) return `it returned ${shownValue(result)}`;
  const nameFaults = result.name === undefined ? NO_FAULTS : NAME.faults(result.name);
  // An undefined scope is a mistake of the host, and must not open all jobs.
  const scopeFaults = 'scope' in result ? scopeRules.faults(result.scope) : NO_FAULTS;
  const policyFaults = 'policy' in result ? policyRules.faults(result.policy) : NO_FAULTS;
  const faults = [
    ...ID.faults(result.id).map((fault) => below('id', fault)),
    ...nameFaults.map((fault) => below('name', fault)),
    ...scopeFaults.map((fault) => below('scope', fault)),
    ...policyFaults.map((fault) => below('policy', fault)),
  ];
  return faults.length === 0 ? undefined : faultsText(faults);
}

/** Whether a request has a further permission. Rejects with the errors of `authorize`, a 403 aside. */
export async function mayDo<Request>(
  authorize: Authorize<Request> | false,
  request: Request,
  need: JobsNeed,
): Promise<boolean> {
  try {
    await principalOf(authorize, request, need);
    return true;
  } catch (error) {
    if (problemOf(error).status === 403) return false;
    throw error;
  }
}
