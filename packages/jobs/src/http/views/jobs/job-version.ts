import { z } from 'zod';
import type { JobDefinition } from '../../../core/model/job.ts';
import type { JobVersion } from '../../../core/store/store-views.ts';
import { formatDuration } from '../../../core/time/duration.ts';
import { instantJson, instantSchema } from '../../fields/instant.ts';
import { countParameter, cursorParameter, limitParameter } from '../../fields/page.ts';
import { parseJsonObject } from '../../fields/stored-json.ts';
import { jobIdSchema, putJobBody } from '../../input/job-input.ts';
import { onlyIfJson } from './chains.ts';
import { backoffJson, scheduleJson } from './job.ts';
import { watchingJson } from './watching.ts';

/** A definition that a job has or had. */
export const jobVersionSchema = z
  .object({
    version: z.int(),
    made_at: instantSchema,
    replaced_at: instantSchema.nullable().describe('null for the current version'),
    replaced_by: z.string().nullable().describe('Who replaced it, such as user:42'),
    definition: putJobBody.describe('Send it with PUT /jobs/:job_id to restore this version'),
  })
  .meta({ title: 'JobVersion' });

export type JobVersionJson = z.output<typeof jobVersionSchema>;

/** The query of GET /jobs/:job_id/versions. */
export const jobVersionsQuery = z.strictObject({ limit: limitParameter, cursor: cursorParameter.optional() });

export const jobVersionParams = z.strictObject({
  job_id: jobIdSchema,
  version: countParameter({ min: 1, max: 999_999_999 }),
});

/** A version as the REST API represents it. */
export function jobVersionJson(of: JobVersion): JobVersionJson {
  return {
    version: of.version,
    made_at: instantJson(of.madeAt),
    replaced_at: instantJson(of.replacedAt),
    replaced_by: of.replacedBy ?? null,
    definition: definitionJson(of.definition),
  };
}

/** The body of a PUT that restores a definition: without the fields that it does not have. */
function definitionJson(definition: JobDefinition): JobVersionJson['definition'] {
  const { on_demand, ...schedule } = scheduleJson(definition);
  const { pause_after, expect, ping_url, ...names } = watchingJson(definition);
  return {
    id: definition.id,
    name: definition.name,
    type: definition.type,
    description: definition.description,
    ...withoutNulls(schedule),
    ...(on_demand ? { on_demand } : {}),
    ...(definition.calendar === undefined ? {} : { calendar: { ...definition.calendar } }),
    payload: parseJsonObject(definition.payload),
    overlap: definition.overlap,
    catch_up: definition.catchUp,
    timeout: formatDuration(definition.timeoutMs),
    ...(definition.expireAfterMs === undefined
      ? {}
      : { expire_after: formatDuration(definition.expireAfterMs) }),
    priority: definition.priority ?? 'normal',
    ...(definition.maxRunning === undefined ? {} : { max_running: definition.maxRunning }),
    ...(definition.onlyIf === undefined ? {} : { only_if: onlyIfJson(definition.onlyIf) }),
    max_attempts: definition.maxAttempts,
    backoff: backoffJson(definition.backoff),
    ...names,
    ...withoutNulls({ pause_after, ping_url }),
    ...(expect === null ? {} : { expect: withoutNulls(expect) }),
  };
}

type WithoutNulls<T> = { [K in keyof T]?: Exclude<T[K], null> };

function withoutNulls<T extends object>(fields: T): WithoutNulls<T> {
  const kept: WithoutNulls<T> = { ...fields } as WithoutNulls<T>;
  for (const key in kept) if (kept[key] === null) delete kept[key];
  return kept;
}
