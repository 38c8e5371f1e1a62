import type { Run } from '@greenvue/jobs/client';
import { Link } from 'wouter';
import { instantText } from '../clock/time-text.ts';
import { useZone, type Zone } from '../clock/zone.tsx';
import { runPath } from '../paths.ts';
import { sinceText } from '../schedule/duration.ts';
import classes from './run-strip.module.css';
import { RUN_COLORS, RunMark } from './status.tsx';

/** The fields of a run that a mark shows. */
type RecentRun = Pick<Run, 'id' | 'status' | 'reason' | 'queued_at' | 'started_at' | 'finished_at'>;

/**
 * The last runs of a job as marks, oldest first, each a link to its run. The API lists `runs` newest first.
 */
export function RunStrip({ runs }: { readonly runs: readonly RecentRun[] }) {
  const { zone } = useZone();
  if (runs.length === 0) return <span className={classes.none}>no runs yet</span>;
  return (
    <ol className={classes.strip} aria-label={`Last ${runs.length} runs, oldest first`}>
      {runs.toReversed().map((run) => (
        <li key={run.id} className={classes.item}>
          <Link
            href={runPath(run.id)}
            className={classes.mark}
            title={markTitle(run, zone)}
            aria-label={markTitle(run, zone)}
            style={{ color: RUN_COLORS[run.status] }}
            data-status={run.status}
          >
            <RunMark status={run.status} size={10} />
          </Link>
        </li>
      ))}
    </ol>
  );
}

function markTitle(run: RecentRun, zone: Zone): string {
  const reason = run.reason === null ? '' : ` (${run.reason.replaceAll('_', ' ')})`;
  const at = instantText(Date.parse(run.started_at ?? run.queued_at), zone);
  return `${run.status}${reason}, ${at}${lengthOf(run)}`;
}

function lengthOf({ started_at: from, finished_at: to }: RecentRun): string {
  if (from === null || to === null) return '';
  return `, took ${sinceText(from, to)}`;
}
