import type { Run } from '@greenvue/jobs/client';
import type { Column } from '../../terminal/table.ts';
import { distanceText } from '../../terminal/words.ts';
import { slotText, statusStyle, statusText, tookText } from '../run-words.ts';

/** The columns of a table of runs, without the job for the runs of one job. */
export function runColumns(now: number, options = { withJob: true }): readonly Column<Run>[] {
  const job: Column<Run> = { title: 'JOB', text: (run) => run.job_id, least: 12 };
  return [
    { title: 'RUN', text: (run) => run.id },
    ...(options.withJob ? [job] : []),
    {
      title: 'STATUS',
      text: (run) => statusText(run, now),
      style: (run) => statusStyle(run.status),
      least: 16,
    },
    { title: 'SLOT', text: slotText, least: 20 },
    {
      title: 'QUEUED',
      text: (run) => distanceText(run.queued_at, now),
      isOptional: true,
    },
    { title: 'TOOK', text: (run) => tookText(run, now), isOptional: true },
    { title: 'ATTEMPT', text: (run) => String(run.attempt), isOptional: true },
  ];
}
