import { z } from 'zod';
import { formatDuration } from '../../../core/time/duration.ts';
import type { LimitWaits } from '../../../core/type-limits/limit-waits.ts';
import type { JobTypeInfo } from '../../../engine/ports/engine-port.ts';
import { backoffSchema } from './job.ts';
import { pauseAfterJson, pauseAfterSchema } from './watching.ts';

/** A registered job type. */
export const jobTypeSchema = z.object({
  type: z.string(),
  description: z.string(),
  version: z.int(),
  isolation: z
    .enum(['inline', 'thread'])
    .describe("inline: on the server's event loop; thread: in a thread of its own"),
  timeout: z.string(),
  max_attempts: z.int(),
  backoff: backoffSchema,
  pause_after: pauseAfterSchema.describe('Failure budget of its jobs, unless they say otherwise'),
  limits: z
    .object({
      running: z.int().nullable().describe('The most runs at a time'),
      rate: z.object({ runs: z.int(), per: z.string() }).nullable().describe('The most starts in that time'),
      per: z
        .string()
        .nullable()
        .describe('JSON pointer to the payload field: a limit for each of its values'),
      from_version: z
        .int()
        .nullable()
        .describe(
          'The newer version of the type that these limits come from; null: the version of this server',
        ),
      full: z.int().nullable().describe('Values whose limit is full while runs wait for it; counts to 1,000'),
      waiting: z
        .int()
        .nullable()
        .describe(
          'Due runs that wait for a full limit; counts to 10,000. null: for callers with a scope, and while the database does not answer',
        ),
    })
    .nullable()
    .describe('Limits of the runs of this type, across all nodes; null: none'),
  payload_schema: z.record(z.string(), z.unknown()).describe('JSON Schema (2020-12)'),
  defaults: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('Payload of a job that sets none; null when the type has required fields'),
  operators_may_set: z
    .array(z.string())
    .describe('Payload fields that the role operator may change for one run; all other fields require admin'),
  secret_fields: z
    .array(z.object({ pointer: z.string(), sealed: z.boolean() }))
    .describe(
      'Payload fields that are secret: JSON pointers, in which * is any key or index. sealed false: the field may name a stored secret, and is shown otherwise',
    ),
});

export const jobTypesSchema = z.object({ data: z.array(jobTypeSchema) });

/** Without `waits`: the limits in the code of this server. */
function limitsJson(
  info: JobTypeInfo,
  waits: LimitWaits | undefined,
): z.output<typeof jobTypeSchema>['limits'] {
  const { running = null, rate, per = null } = waits?.limits ?? info.limits ?? {};
  if (running === null && rate === undefined) return null;
  const { version = info.version } = waits ?? {};
  return {
    running,
    rate: rate === undefined ? null : { runs: rate.runs, per: formatDuration(rate.perMs) },
    per,
    from_version: version > info.version ? version : null,
    full: waits?.full ?? null,
    waiting: waits?.waiting ?? null,
  };
}

/** `waits`: undefined if the caller must not know. */
export function jobTypeJson(
  info: JobTypeInfo,
  waits: LimitWaits | undefined,
): z.output<typeof jobTypeSchema> {
  return {
    type: info.type,
    description: info.description,
    version: info.version,
    isolation: info.isolation,
    timeout: formatDuration(info.timeoutMs),
    max_attempts: info.maxAttempts,
    backoff: info.backoff,
    pause_after: pauseAfterJson(info.pauseAfter),
    limits: limitsJson(info, waits),
    payload_schema: { ...info.payloadSchema },
    defaults: info.defaults === undefined ? null : { ...info.defaults },
    operators_may_set: [...info.operatorsMaySet],
    secret_fields: info.secretFields.map(({ pointer, isSealed: sealed }) => ({ pointer, sealed })),
  };
}
