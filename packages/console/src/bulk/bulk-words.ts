import type { BulkCommand } from '@greenvue/jobs/client';

type Action = BulkCommand['action'];

const DOING: Record<Action, string> = {
  pause: 'Pausing',
  resume: 'Resuming',
  run: 'Starting',
  delete: 'Deleting',
  tag: 'Tagging',
  untag: 'Untagging',
  retry: 'Retrying',
  cancel: 'Cancelling',
};
const DONE: Record<Action, string> = {
  pause: 'paused',
  resume: 'resumed',
  run: 'started',
  delete: 'deleted',
  tag: 'tagged',
  untag: 'untagged',
  retry: 'retried',
  cancel: 'cancelled',
};

/** "1 job", "1,234 runs". */
export function itemsText(target: BulkCommand['target'], count: number): string {
  const one = target === 'jobs' ? 'job' : 'run';
  return `${count.toLocaleString('en')} ${count === 1 ? one : target}`;
}

export function isOver({ status }: Pick<BulkCommand, 'status'>): boolean {
  return status !== 'running' && status !== 'cancelling';
}

/** "Pausing 3 of 12 jobs". */
export function progressText({ target, action, status, total, done, failed }: BulkCommand): string {
  const text = `${DOING[action]} ${(done + failed).toLocaleString('en')} of ${itemsText(target, total)}`;
  return status === 'cancelling' ? `Cancel requested. ${text}` : text;
}

/** "9 jobs paused, 2 failed, 1 not changed." */
export function resultText({ target, action, status, total, done, failed }: BulkCommand): string {
  const parts = [`${itemsText(target, done)} ${DONE[action]}`];
  const left = total - done - failed;
  if (failed > 0) parts.push(`${failed.toLocaleString('en')} failed`);
  if (left > 0) parts.push(`${left.toLocaleString('en')} not changed`);
  const why =
    status === 'interrupted'
      ? ' The server stopped before the end. Start the command again for the rest.'
      : '';
  return `${parts.join(', ')}.${why}`;
}
