import { definitionOf, type Job, type JobDefinition } from '../../../core/model/job.ts';
import type { JsonText } from '../../../core/model/run.ts';
import type { JobVersion } from '../../../core/store/store-views.ts';
import { storedJson } from '../stored-json.ts';

/** The columns of `job_versions` that {@link jobVersionOf} reads, in order. */
export const VERSION_COLUMNS = 'version, definition, payload, made_at, replaced_at, replaced_by';

type VersionRow = readonly [
  version: number,
  definition: JsonText,
  payload: JsonText,
  madeAt: number,
  replacedAt: number,
  replacedBy: string | null,
];

/** The columns `definition`, without the payload, and `payload` of a definition. */
export function versionTexts(job: Job): readonly [definition: JsonText, payload: JsonText] {
  const { payload, ...definition } = definitionOf(job);
  return [JSON.stringify(definition), payload];
}

export function jobVersionOf(raw: unknown): JobVersion {
  const [version, definition, payload, madeAt, replacedAt, replacedBy] = raw as VersionRow;
  return {
    version,
    // Only `versionTexts` writes it.
    definition: {
      ...(storedJson('definition of job_versions', definition) as Omit<JobDefinition, 'payload'>),
      payload,
    },
    madeAt,
    replacedAt,
    ...(replacedBy === null ? {} : { replacedBy }),
  };
}
