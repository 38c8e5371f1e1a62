import type { JobTypeInfo } from '../engine-port.ts';
import type { RegisteredType } from '../job-types/registry.ts';
import { backoffFields } from './job-definition.ts';

/** A job type as callers see it. */
export function jobTypeInfo({
  jobType,
  timeoutMs,
  maxAttempts,
  backoff,
  payloadSchema,
}: RegisteredType<never>): JobTypeInfo {
  const { type, description, version, isolation } = jobType;
  const defaults = jobType.payload.safeParse({});
  return {
    type,
    description,
    version,
    isolation,
    timeoutMs,
    maxAttempts,
    backoff: backoffFields(backoff),
    payloadSchema,
    defaults: defaults.success ? defaults.data : undefined,
    operatorsMaySet: jobType.operatorsMaySet,
  };
}
