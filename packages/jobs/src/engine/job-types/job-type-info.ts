import type { JobTypeInfo } from '../engine-port.ts';
import type { RegisteredType } from './registry.ts';
import { backoffFields } from './type-defaults.ts';

export function jobTypeInfo({
  jobType,
  timeoutMs,
  maxAttempts,
  backoff,
  payloadSchema,
}: RegisteredType): JobTypeInfo {
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
