import type { JobDefinition } from '../../../core/model/job.ts';
import { type JobPolicy, policyFaults, typeFaults } from '../../../core/policies/policy.ts';
import type { EngineParts } from '../../engine-parts.ts';
import { EngineError, type InvalidField } from '../../ports/engine-port.ts';

interface WithPolicy {
  readonly policy?: JobPolicy | undefined;
}

/** Throws an `EngineError` of code `forbidden` for a job beyond the caller's policy (P39, policies). */
export function requireAllowedJob({ policy }: WithPolicy, definition: JobDefinition): void {
  if (policy !== undefined) refuse(policyFaults(policy, definition));
}

/** {@link requireAllowedJob} for a command on jobs or runs of a type. */
export function requireAllowedType({ policy }: WithPolicy, type: string): void {
  if (policy !== undefined) refuse(typeFaults(policy, type));
}

/** {@link requireAllowedType} for the job with this id, if there is one. Reads it only for a bound. */
export async function requireAllowedId(
  { store, node }: EngineParts,
  jobId: string,
  options: WithPolicy,
): Promise<void> {
  if (options.policy?.types === undefined) return;
  const view = await store.getJob(jobId, node.liveTypes);
  if (view !== undefined) requireAllowedType(options, view.job.type);
}

function refuse(faults: readonly InvalidField[]): void {
  const [first] = faults;
  if (first === undefined) return;
  throw new EngineError('forbidden', `Refused: ${first.detail}.`, faults);
}
