import type { Job, Run } from '@greenvue/jobs/client';
import { Link } from 'wouter';
import { Actor } from '../data/actor.tsx';
import { NodeName } from '../data/node-name.tsx';
import { useNow } from '../ui/clock/now.tsx';
import { Help } from '../ui/help/help.tsx';
import { Instant } from '../ui/instant/instant.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Fact, Facts } from '../ui/layout/facts.tsx';
import { runPath } from '../ui/paths.ts';
import { durationText, sinceText } from '../ui/schedule/duration.ts';
import { attemptText, triggerText, waitedMs } from '../ui/status/run-words.ts';
import { CopyButton } from '../ui/text/copy-button.tsx';
import { Plain } from '../ui/text/text.tsx';

interface RunFactsProps {
  readonly run: Run;
  /** The run's job, if it still exists. */
  readonly job: Job | undefined;
}

/** The main facts about a run. */
export function RunFacts({ run, job }: RunFactsProps) {
  return (
    <Facts>
      {run.scheduled_for === null ? null : (
        <Fact name="Slot" help={<Help word="slot" />}>
          <Instant at={run.scheduled_for} />
        </Fact>
      )}
      {run.status === 'skipped' ? (
        <Fact name="Skipped">
          <Instant at={run.finished_at} />
        </Fact>
      ) : (
        <WorkFacts run={run} job={job} />
      )}
      {run.backfill_id == null ? null : (
        <Fact name="Backfill" help={<Help word="backfill" />}>
          <Link href={`/runs?backfill_id=${run.backfill_id}`}>all its runs</Link>
        </Fact>
      )}
      {run.retry_of === null ? null : (
        <Fact name="Retry of">
          <Link href={runPath(run.retry_of)}>run {run.retry_of}</Link>
        </Fact>
      )}
      {run.triggered_by == null ? null : (
        <Fact name="Triggered by">
          <ChainedRun link={run.triggered_by} />
        </Fact>
      )}
      {run.triggered == null || run.triggered.length === 0 ? null : (
        <Fact name="Triggered">
          {run.triggered.map((link, n) => (
            <span key={link.run_id}>
              {n === 0 ? null : ', '}
              <ChainedRun link={link} />
            </span>
          ))}
        </Fact>
      )}
      <Fact name="Run id">
        <span className={blocks.inline}>
          <code>{run.id}</code>
          <CopyButton text={() => run.id} what="the id of the run" />
        </span>
      </Fact>
    </Facts>
  );
}

function ChainedRun({ link }: { readonly link: NonNullable<Run['triggered_by']> }) {
  return (
    <Link href={runPath(link.run_id)}>
      a run of <Plain>{link.job_id}</Plain>
    </Link>
  );
}

/** The facts of the work; a run that never started has none. */
function WorkFacts({ run, job }: RunFactsProps) {
  const waited = waitedMs(run);
  return (
    <>
      <Fact name="Attempt" help={<Help word="attempt" />}>
        {attemptText(run, job?.max_attempts)}
      </Fact>
      <Fact name="Trigger" help={<Help word="trigger" />}>
        {triggerText(run)}
      </Fact>
      {run.requested_by == null ? null : (
        <Fact name="Requested by">
          <Actor actor={run.requested_by} />
        </Fact>
      )}
      {run.cancelled_by == null ? null : (
        <Fact name="Cancelled by">
          <Actor actor={run.cancelled_by} />
        </Fact>
      )}
      <Fact name="Queued">
        <Instant at={run.queued_at} />
      </Fact>
      <Fact name={run.attempt > 1 ? 'Last attempt started' : 'Started'}>
        <Instant at={run.started_at} />
      </Fact>
      <Fact name="Finished">
        <Instant at={run.finished_at} />
      </Fact>
      {waited === undefined ? null : <Fact name="Waited">{durationText(waited)}</Fact>}
      <Fact name={run.attempt > 1 ? 'Last attempt took' : 'Took'}>
        <Took run={run} />
      </Fact>
      <Fact name="Node" help={<Help word="node" />}>
        {run.node === null ? 'none' : <NodeName id={run.node} />}
      </Fact>
      {run.recoveries === 0 ? null : (
        <Fact name="Recoveries" help={<Help word="recover" />}>
          {run.recoveries}
        </Fact>
      )}
    </>
  );
}

function Took({ run }: { readonly run: Run }) {
  if (run.status === 'running' && run.started_at !== null) return <Since from={run.started_at} />;
  if (run.started_at !== null && run.finished_at !== null) return sinceText(run.started_at, run.finished_at);
  // Earlier attempts show their end with their errors.
  return run.status === 'queued' && run.errors.length > 0 ? 'waiting for the next attempt' : 'not started';
}

function Since({ from }: { readonly from: string }) {
  const now = useNow();
  const seconds = Math.max(Math.floor((now - Date.parse(from)) / 1_000), 0);
  return `${durationText(seconds * 1_000)} so far`;
}
