import type { JobNode } from '@greenvue/jobs/client';
import classes from './node-state.module.css';

type Health = JobNode['health'];

/** What each health of a node means. */
export const HEALTH_MEANS: Readonly<Record<Health, string>> = {
  ok: 'The node works.',
  late: 'No heartbeat for 10 s. After 15 s the node counts as dead.',
  stalled: 'The event loop of the node is blocked.',
  joining: 'The node has lost contact with the other nodes and claims no runs.',
  failing: 'The node has failed to write and claim runs for at least 5 s. Check its log.',
  draining: 'The node was drained: it finishes its runs, and plans and claims nothing more.',
};

/** The health of a node as the API calls it. */
export function NodeHealth({ health }: { readonly health: Health }) {
  return (
    <span className={classes.health} data-health={health} title={HEALTH_MEANS[health]}>
      {health}
    </span>
  );
}
