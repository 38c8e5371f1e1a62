import type { BulkCommand } from '@greenvue/jobs/client';
import { printable } from '../terminal/printable.ts';
import { counted } from '../terminal/words.ts';

const DONE: Readonly<Record<BulkCommand['action'], string>> = {
  pause: 'paused',
  resume: 'resumed',
  run: 'asked to run',
  delete: 'deleted',
  tag: 'tagged',
  untag: 'untagged',
  retry: 'retried',
  cancel: 'cancelled',
};

/** `9 jobs paused, 2 failed, 1 not begun.`, then a line for each kept failure. */
export function resultText(command: BulkCommand): readonly string[] {
  const { failures, failed } = command;
  const more = failed - failures.length;
  return [
    `${progressText(command)}.`,
    ...failures.map(({ job_id: jobId, run_id: runId, detail }) =>
      printable(`  ${runId ?? jobId ?? ''}: ${detail}`),
    ),
    ...(more > 0 ? [`  … and ${counted(more, 'more failure')}`] : []),
  ];
}

/** `9 of 12 jobs paused, 2 failed` while it runs; `9 jobs paused, 2 failed` afterwards. */
export function progressText({ target, action, status, total, done, failed }: BulkCommand): string {
  const isRunning = status === 'running' || status === 'cancelling';
  const left = total - done - failed;
  const noun = target === 'jobs' ? 'job' : 'run';
  const parts = [
    isRunning
      ? `${done.toLocaleString('en')} of ${counted(total, noun)} ${DONE[action]}`
      : `${counted(done, noun)} ${DONE[action]}`,
  ];
  if (failed > 0) parts.push(`${failed.toLocaleString('en')} failed`);
  if (left > 0 && !isRunning) parts.push(`${left.toLocaleString('en')} not changed`);
  return parts.join(', ');
}

/** Why the end of a command is not a success. */
export function endOf({ id, status, failed }: BulkCommand): string | undefined {
  if (status === 'cancelled') return `Bulk command ${printable(id)} was cancelled.`;
  if (status === 'interrupted')
    return `The server of bulk command ${printable(id)} ended. Run the command again: it finds what is left.`;
  return failed > 0 ? `${counted(failed, 'change')} failed.` : undefined;
}
