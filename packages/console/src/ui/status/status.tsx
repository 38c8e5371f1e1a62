import type { Job, Run } from '@greenvue/jobs/client';
import type { ReactNode } from 'react';
import { Day } from '../instant/instant.tsx';
import { Plain, Spoken } from '../text/text.tsx';
import { reasonText } from './reasons.ts';
import { isBetweenAttempts } from './run-words.ts';
import classes from './status.module.css';

export type RunStatus = Run['status'];
type HealthStatus = Job['health']['status'];
type JobStatus = Job['status'];

/**
 * The color of each status, a CSS value with enough contrast in both schemes. A shape always goes with it:
 * see {@link RunMark}.
 */
export const RUN_COLORS: Record<RunStatus, string> = {
  queued: 'var(--status-queued)',
  running: 'var(--status-running)',
  succeeded: 'var(--status-succeeded)',
  failed: 'var(--status-failed)',
  cancelled: 'var(--status-cancelled)',
  skipped: 'var(--status-skipped)',
};

/** The name of each health. */
export const HEALTH_WORDS: Record<HealthStatus, string> = {
  ok: 'ok',
  paused: 'paused',
  overrunning: 'overrunning',
  slow: 'slow',
  late: 'late',
  failing: 'failing',
  overdue: 'overdue',
  zombie: 'zombie',
  no_upstream: 'no upstream',
  no_handler: 'no handler',
};

const HEALTH_TONES: Record<HealthStatus, Tone> = {
  ok: 'good',
  paused: 'quiet',
  overrunning: 'warning',
  slow: 'warning',
  late: 'warning',
  failing: 'bad',
  overdue: 'bad',
  zombie: 'bad',
  no_upstream: 'bad',
  no_handler: 'bad',
};

const JOB_TONES: Record<JobStatus, Tone> = { active: 'good', paused: 'quiet', finished: 'quiet' };

type Tone = 'good' | 'warning' | 'bad' | 'quiet';

interface RunStatusBadgeProps {
  readonly status: RunStatus;
  readonly reason?: Run['reason'];
}

/** A run's status as shape, color and word, with its reason if there is one. */
export function RunStatusBadge({ status, reason }: RunStatusBadgeProps) {
  return (
    <span className={classes.badge} style={{ color: RUN_COLORS[status] }}>
      <RunMark status={status} />
      <span className={classes.word}>
        {status}
        {reason === undefined || reason === null ? null : (
          <span className={classes.reason} title={reasonText(reason)}>
            {' '}
            · {reason.replaceAll('_', ' ')}
          </span>
        )}
      </span>
    </span>
  );
}

interface LastStatusBadgeProps {
  readonly job: Pick<Job, 'last_run' | 'last_status'>;
  /** The newest run of the job, once it is read. */
  readonly newest: Pick<Run, 'status' | 'queued_at'> | undefined;
}

/** The status of a job's last started run. */
export function LastStatusBadge({ job, newest }: LastStatusBadgeProps) {
  if (job.last_status === null) return null;
  if (!isBetweenAttempts(job, newest)) return <RunStatusBadge status={job.last_status} />;
  return (
    <span className={classes.badge} style={{ color: RUN_COLORS.queued }}>
      <RunMark status="queued" />
      <span className={classes.word}>waits for a retry</span>
    </span>
  );
}

/** The shape of a status, which identifies it without color. */
export function RunMark({ status, size }: { readonly status: RunStatus; readonly size?: number }) {
  return (
    <Mark size={size}>
      <MarkShape status={status} />
    </Mark>
  );
}

function MarkShape({ status }: { readonly status: RunStatus }) {
  switch (status) {
    case 'succeeded':
      return <path d="M2 6.5l2.8 2.8L10 3.2" />;
    case 'failed':
      return <path d="M2.8 2.8l6.4 6.4M9.2 2.8L2.8 9.2" />;
    case 'cancelled':
      return <path d="M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM3 9l6-6" />;
    case 'skipped':
      return <path d="M2 2.8L6 6 2 9.2M6.5 2.8L10.5 6l-4 3.2" />;
    case 'running':
      return <path d="M3.5 2v8L10 6z" fill="currentColor" />;
    case 'queued':
      return <path d="M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM6 3.8V6l1.6 1" />;
    default:
      // A newer server may know more values.
      status satisfies never;
      return <circle cx="6" cy="6" r="3.5" />;
  }
}

interface HealthBadgeProps {
  readonly health: Job['health'];
}

/**
 * A job's health as shape, color and word, with its reason on hover. A newer server may know a health without
 * a text here.
 */
export function HealthBadge({ health: { status, reason } }: HealthBadgeProps) {
  const tone = HEALTH_TONES[status] ?? 'warning';
  return (
    <span className={classes.badge} data-tone={tone} title={reason ?? undefined}>
      <ToneMark tone={tone} isPaused={status === 'paused'} />
      <span className={classes.word}>{HEALTH_WORDS[status] ?? status}</span>
      {reason === null ? null : (
        <Spoken>
          : <Plain>{reason}</Plain>
        </Spoken>
      )}
    </span>
  );
}

interface JobStatusBadgeProps {
  readonly status: JobStatus;
  /** When the pause ends by itself. */
  readonly until?: string | null | undefined;
}

export function JobStatusBadge({ status, until = null }: JobStatusBadgeProps) {
  return (
    <span className={classes.badge} data-tone={JOB_TONES[status]}>
      <ToneMark tone={JOB_TONES[status]} isPaused={status === 'paused'} />
      <span className={classes.word}>
        {status}
        {status === 'paused' && until !== null ? (
          <>
            {' '}
            until <Day at={until} />
          </>
        ) : null}
      </span>
    </span>
  );
}

/** On a job that the engine made for enqueued runs. */
export function EngineBadge() {
  return (
    <span className={classes.badge} data-tone="quiet">
      <ToneMark tone="quiet" />
      <span className={classes.word}>made by the engine</span>
    </span>
  );
}

/** On a job that code declares. */
export function CodeBadge() {
  return (
    <span className={classes.badge} data-tone="quiet">
      <ToneMark tone="quiet" />
      <span className={classes.word}>in code</span>
    </span>
  );
}

function ToneMark({ tone, isPaused = false }: { readonly tone: Tone; readonly isPaused?: boolean }) {
  return (
    <Mark>
      <ToneShape tone={tone} isPaused={isPaused} />
    </Mark>
  );
}

function ToneShape({ tone, isPaused }: { readonly tone: Tone; readonly isPaused: boolean }) {
  switch (tone) {
    case 'good':
      return <circle cx="6" cy="6" r="3.2" fill="currentColor" />;
    case 'warning':
      return <path d="M6 1.5L11 10.5H1zM6 5v2.2M6 8.9v.1" />;
    case 'bad':
      return <path d="M2.8 2.8l6.4 6.4M9.2 2.8L2.8 9.2" />;
    case 'quiet':
      return isPaused ? <path d="M4 2.5v7M8 2.5v7" /> : <circle cx="6" cy="6" r="3.5" />;
    default:
      return tone satisfies never;
  }
}

function Mark({ size = 12, children }: { readonly size?: number | undefined; readonly children: ReactNode }) {
  return (
    <svg
      className={classes.mark}
      width={size}
      height={size}
      viewBox="0 0 12 12"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}
