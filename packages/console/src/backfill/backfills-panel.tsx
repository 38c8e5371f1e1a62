import type { Job } from '@greenvue/jobs/client';
import { Actor } from '../data/actor.tsx';
import { Ago } from '../ui/instant/instant.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Panel } from '../ui/layout/panel.tsx';
import classes from './backfill.module.css';
import { BackfillState } from './backfill-state.tsx';
import { useBackfills } from './use-backfills.ts';

/** The backfills of a job, newest first. Renders nothing for a job without any. */
export function BackfillsPanel({ job }: { readonly job: Job }) {
  const { data: backfills = [] } = useBackfills(job.id);
  if (backfills.length === 0) return null;
  return (
    <Panel title="Backfills">
      <ul className={classes.list}>
        {backfills.map((backfill) => (
          <li key={backfill.id} className={classes.item}>
            <BackfillState backfill={backfill} />
            <span className={blocks.quiet}>
              Started <Ago at={backfill.created_at} />
              {backfill.created_by === null ? null : (
                <>
                  {' '}
                  by <Actor actor={backfill.created_by} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
