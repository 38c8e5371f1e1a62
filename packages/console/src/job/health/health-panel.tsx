import type { Job } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { useResumeJob } from '../../actions/actions.ts';
import { Actor } from '../../data/actor.tsx';
import { useJobRuns, useJobTypeCounts, useStats } from '../../data/queries/queries.ts';
import { useMay } from '../../session/session.tsx';
import { KeepFocus } from '../../ui/feedback/keep-focus.tsx';
import { Help } from '../../ui/help/help.tsx';
import type { HelpWord } from '../../ui/help/help-words.ts';
import { ResumeIcon } from '../../ui/icons.tsx';
import { Ago, Instant } from '../../ui/instant/instant.tsx';
import blocks from '../../ui/layout/blocks.module.css';
import { HealthBadge } from '../../ui/status/status.tsx';
import { Plain } from '../../ui/text/text.tsx';
import type { Advice, AdviceFacts } from './advice.ts';
import classes from './health.module.css';
import { healthAdvice, runToLookAt } from './health-advice.ts';

/** A job's problem and the advice. Renders nothing for a healthy job. */
export function HealthPanel({ job }: { readonly job: Job }) {
  return (
    <>
      <Problem job={job} />
      {/* A worse health would hide that nothing starts. */}
      {job.status === 'paused' && job.health.status !== 'paused' ? (
        <Panel job={{ ...job, health: pauseHealth(job) }} facts={{}} label="Pause" />
      ) : null}
    </>
  );
}

function pauseHealth({ pause }: Job): Job['health'] {
  return { status: 'paused', reason: null, since: pause?.at ?? null };
}

function Problem({ job }: { readonly job: Job }) {
  if (job.health.status === 'ok') return null;
  const status = runToLookAt(job);
  if (status !== undefined) return <WithRun job={job} status={status} />;
  return job.health.reason === 'waiting' ? <WithLimits job={job} /> : <WithStats job={job} />;
}

function WithRun({ job, status }: { readonly job: Job; readonly status: 'failed' | 'running' }) {
  const runs = useJobRuns(job.id, { status, limit: 1 });
  return <Panel job={job} facts={{ run: runs.data?.pages[0]?.data[0] }} />;
}

function WithStats({ job }: { readonly job: Job }) {
  const stats = useStats();
  return <Panel job={job} facts={{ stats: stats.data }} />;
}

function WithLimits({ job }: { readonly job: Job }) {
  const stats = useStats();
  const types = useJobTypeCounts();
  const limits = types.data?.find(({ type }) => type === job.type)?.limits;
  return <Panel job={job} facts={{ stats: stats.data, limits }} />;
}

interface PanelProps {
  readonly job: Job;
  readonly facts: AdviceFacts;
  readonly label?: string;
}

function Panel({ job, facts, label = 'Health' }: PanelProps) {
  const advice = healthAdvice(job, facts);
  if (advice === undefined) return null;
  const { since } = job.health;
  return (
    <section className={classes.health} data-health={job.health.status} aria-label={label}>
      <div className={classes.healthHead}>
        <HealthBadge health={job.health} />
        <strong>{advice.title}</strong>
        <HealthHelp status={job.health.status} />
        {since === null ? null : (
          <span className={blocks.quiet}>
            since <Instant at={since} />, <Ago at={since} />
          </span>
        )}
      </div>
      {job.health.status === 'paused' ? <PauseFacts job={job} /> : null}
      {advice.sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {advice.quote === undefined ? null : (
        <blockquote className={classes.quote}>
          <Plain>{advice.quote}</Plain>
        </blockquote>
      )}
      <AdviceAction job={job} advice={advice} />
    </section>
  );
}

const HEALTH_HELP: Readonly<Record<Job['health']['status'], HelpWord>> = {
  ok: 'health',
  paused: 'pause',
  overrunning: 'overrunning',
  slow: 'slow',
  late: 'late',
  failing: 'failing',
  overdue: 'overdue',
  zombie: 'zombie',
  no_upstream: 'no upstream',
  no_handler: 'no handler',
};

function HealthHelp({ status }: { readonly status: Job['health']['status'] }) {
  return <Help word={HEALTH_HELP[status]} />;
}

function PauseFacts({ job: { pause } }: { readonly job: Job }) {
  if (pause === null) return null;
  return (
    <p className={classes.healthReason}>
      {pause.by === null ? null : (
        <>
          By <Actor actor={pause.by} />
        </>
      )}
      {pause.until === null ? null : (
        <>
          {pause.by === null ? 'Until ' : ', until '}
          <Instant at={pause.until} />
        </>
      )}
      {pause.reason === null || pause.reason === '' ? null : (
        <>
          {pause.by === null && pause.until === null ? null : ': '}
          <Plain>{pause.reason}</Plain>
        </>
      )}
    </p>
  );
}

function AdviceAction({ job, advice }: { readonly job: Job; readonly advice: Advice }) {
  const { operate } = useMay();
  const resume = useResumeJob();
  if (advice.command === 'resume' && operate) {
    return (
      <KeepFocus label="Actions">
        <Button
          size="xs"
          leftSection={<ResumeIcon />}
          loading={resume.isPending}
          onClick={() => resume.mutate({ job })}
        >
          Resume
        </Button>
      </KeepFocus>
    );
  }
  if (advice.link === undefined) return null;
  return (
    <div>
      <Link href={advice.link.href}>{advice.link.label}</Link>
    </div>
  );
}
