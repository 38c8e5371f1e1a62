import type { Job } from '@greenvue/jobs/client';
import { Link } from 'wouter';
import { useActorName } from '../../data/actor.tsx';
import { isMadeByEngine, type JobMark } from '../../data/job-mark.ts';
import { NextCountdown } from '../../data/next-countdown.tsx';
import { instantText } from '../../ui/clock/time-text.ts';
import { useZone } from '../../ui/clock/zone.tsx';
import { Ago, Day } from '../../ui/instant/instant.tsx';
import { jobPath } from '../../ui/paths.ts';
import { scheduleText } from '../../ui/schedule/schedule-text.ts';
import { useViewer } from '../../ui/schedule/use-viewer.ts';
import { RunStrip } from '../../ui/status/run-strip.tsx';
import { HealthBadge, JobStatusBadge, LastStatusBadge, RunStatusBadge } from '../../ui/status/status.tsx';
import { isolated, Plain } from '../../ui/text/text.tsx';
import classes from './cells.module.css';

interface CellProps {
  readonly job: Job;
}

/** The name as a link to the job, above the id. */
export function NameCell({ mark, labelId }: { readonly mark: JobMark; readonly labelId: string }) {
  return (
    <div className={classes.lines}>
      <Link id={labelId} href={jobPath(mark.id)} className={classes.name} title={mark.name}>
        <Plain>{mark.name}</Plain>
      </Link>
      <span className={classes.id} title={mark.id}>
        <Plain>{mark.id}</Plain>
      </span>
    </div>
  );
}

/** The tags as links to the jobs that have them. Nothing for a job without tags. */
export function TagLinks({ tags }: { readonly tags: readonly string[] | undefined }) {
  // A server of an older version does not send them.
  if (tags === undefined || tags.length === 0) return null;
  return (
    <span className={classes.tags}>
      {tags.map((tag) => (
        <Link
          key={tag}
          href={`/jobs?tag=${encodeURIComponent(tag)}`}
          className={classes.tag}
          title={`Jobs with ${tag}`}
        >
          {tag}
        </Link>
      ))}
    </span>
  );
}

export function ScheduleCell({ job }: CellProps) {
  const viewer = useViewer();
  const origin = isMadeByEngine(job) ? ', made by the engine' : job.origin === 'code' ? ', in code' : '';
  const text = `${scheduleText(job, viewer)}${origin}`;
  return (
    <span className={classes.clamped} title={text}>
      {text}
    </span>
  );
}

/** State and health, the worse one first, with the reason. */
export function HealthCell({ job: { status, health, is_running: isRunning } }: CellProps) {
  const isUnwell = health.status !== 'ok' && health.status !== 'paused';
  return (
    <div className={classes.lines}>
      <span className={classes.badges}>
        {isUnwell || status === 'active' ? <HealthBadge health={health} /> : null}
        {status === 'active' ? null : <JobStatusBadge status={status} />}
        {isRunning ? <RunStatusBadge status="running" /> : null}
      </span>
      {isUnwell && health.reason !== null ? (
        // The badge has announced the reason.
        <span className={classes.why} aria-hidden="true" title={health.reason}>
          <Plain>{health.reason}</Plain>
        </span>
      ) : null}
    </div>
  );
}

export function RunsCell({ job: { recent_runs: runs } }: CellProps) {
  // A server of an older version does not send them.
  return runs == null ? <span className={classes.dimmed}>unknown</span> : <RunStrip runs={runs} />;
}

export function LastRunCell({ job }: CellProps) {
  const { last_run: at } = job;
  if (at === null) return <span className={classes.dimmed}>never</span>;
  return (
    <div className={classes.lines}>
      <Ago at={at} />
      <LastStatusBadge job={job} newest={job.recent_runs?.[0]} />
    </div>
  );
}

/** The time until the next run, or why there is none. */
export function NextRunCell({ job }: CellProps) {
  if (job.status === 'paused') return <PausedCell pause={job.pause} />;
  if (job.next_run !== null) return <NextCountdown to={job.next_run} />;
  return <span className={classes.dimmed}>{noNextRun(job)}</span>;
}

function noNextRun({ status, interval_mode: mode }: Job): string {
  if (status === 'finished') return 'none (finished)';
  return mode === 'fixed_delay' ? 'when this run ends' : 'none';
}

function PausedCell({ pause }: { readonly pause: Job['pause'] }) {
  return (
    <div className={classes.lines}>
      {pause?.by == null ? <PauseEnd pause={pause} /> : <PauseBy by={pause.by} pause={pause} />}
      {pause?.reason == null || pause.reason === '' ? null : (
        <span className={classes.why} title={pause.reason}>
          <Plain>{pause.reason}</Plain>
        </span>
      )}
    </div>
  );
}

interface PauseEndProps {
  readonly pause: Job['pause'];
  readonly title?: string;
}

function PauseBy({ by, pause }: PauseEndProps & { readonly by: string }) {
  return <PauseEnd pause={pause} title={`Paused by ${isolated(useActorName(by))}`} />;
}

function PauseEnd({ pause, title }: PauseEndProps) {
  return (
    <span className={classes.dimmed} title={title}>
      {pause?.until == null ? (
        'until resumed'
      ) : (
        <>
          until <Day at={pause.until} />
        </>
      )}
    </span>
  );
}

/** Without the hover details of other times, because few people need them in a list. */
export function CreatedCell({ job: { created_at: at } }: CellProps) {
  const { zone } = useZone();
  const ms = Date.parse(at);
  return (
    <time dateTime={at} title={instantText(ms, zone === 'utc' ? 'local' : 'utc')}>
      {instantText(ms, zone)}
    </time>
  );
}
