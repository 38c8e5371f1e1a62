import type { JobType } from '@greenvue/jobs/client';

/** `5 runs at a time, 100 starts in 1m, for each value of /tenant_id` */
export function limitsText({ running, rate, per }: NonNullable<JobType['limits']>): string {
  const parts = [
    ...(running === null ? [] : [running === 1 ? '1 run at a time' : `${running} runs at a time`]),
    ...(rate === null ? [] : [`${rate.runs === 1 ? '1 start' : `${rate.runs} starts`} in ${rate.per}`]),
    ...(per === null ? [] : [`for each value of ${per}`]),
  ];
  return parts.join(', ');
}
