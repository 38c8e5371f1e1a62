import type { JobType } from '@greenvue/jobs/client';

/** `5 runs at a time, 100 starts in 1m, for each value of /tenant_id` */
export function limitsText({ running, rate, per, from_version }: NonNullable<JobType['limits']>): string {
  const parts = [
    ...(running === null ? [] : [running === 1 ? '1 run at a time' : `${running} runs at a time`]),
    ...(rate === null ? [] : [`${rate.runs === 1 ? '1 start' : `${rate.runs} starts`} in ${rate.per}`]),
    ...(per === null ? [] : [`for each value of ${per}`]),
    ...(from_version == null ? [] : [`from version ${from_version} of the type`]),
  ];
  return parts.join(', ');
}

/** The server counts to it. */
const MOST_RUNS_COUNTED = 10_000;

/** `37 runs, for 5 full values`. Undefined: the caller must not know it. */
export function waitingText({ per, full, waiting }: NonNullable<JobType['limits']>): string | undefined {
  if (waiting == null || full == null) return undefined;
  if (waiting === 0) return 'no runs';
  const more = waiting < MOST_RUNS_COUNTED ? '' : ' or more';
  const runs = waiting === 1 ? '1 run' : `${waiting.toLocaleString('en')}${more} runs`;
  if (per === null) return runs;
  return `${runs}, for ${full === 1 ? '1 full value' : `${full.toLocaleString('en')} full values`}`;
}
