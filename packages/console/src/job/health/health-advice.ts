import type { Job, Run } from '@greenvue/jobs/client';
import { whyNoResume } from '../../data/declaration-words.ts';
import { runPath } from '../../ui/paths.ts';
import { errorLine } from '../../ui/status/run-words.ts';
import { capital } from '../../ui/text/capital.ts';
import { type Advice, type AdviceFacts, OVERVIEW } from './advice.ts';
import { lateAdvice } from './late-advice.ts';

type Pause = NonNullable<Job['pause']>;

/** The status of the run that explains a job's health: its newest run with this status is shown. */
export function runToLookAt({ health }: Pick<Job, 'health'>): 'failed' | 'running' | undefined {
  switch (health.status) {
    case 'overdue':
    case 'failing':
      return 'failed';
    case 'zombie':
    case 'overrunning':
      return 'running';
    case 'slow':
      return isSlowNow(health) ? 'running' : undefined;
    case 'no_handler':
    case 'no_upstream':
    case 'late':
    case 'paused':
    case 'ok':
      return undefined;
    default:
      // A newer server may know more values.
      health.status satisfies never;
      return undefined;
  }
}

/** Advice about a job's health; undefined if the job is healthy. */
export function healthAdvice(job: Job, facts: AdviceFacts = {}): Advice | undefined {
  switch (job.health.status) {
    case 'no_handler':
      return noHandler(job, facts);
    case 'no_upstream':
      return noUpstream(job);
    case 'zombie':
      return zombie(facts);
    case 'overdue':
      return overdue(job, facts);
    case 'failing':
      return failing(job, facts);
    case 'late':
      return lateAdvice(job, facts);
    case 'slow':
      return slow(job, facts);
    case 'overrunning':
      return overrunning(job, facts);
    case 'paused':
      return paused(job);
    case 'ok':
      return undefined;
    default:
      job.health.status satisfies never;
      return undefined;
  }
}

function noHandler(job: Job, { stats }: AdviceFacts): Advice {
  const { reason } = job.health;
  if (reason?.includes('newer version of @greenvue/jobs') === true) {
    const now = 'Until then, its slots pass without a run, and nobody can edit it.';
    return { title: 'No node can run this job', sentences: [`${capital(reason)}.`, now], link: OVERVIEW };
  }
  const nodes = stats?.nodes ?? [];
  const isOlder = nodes.some(({ types }) => types.includes(job.type));
  const missing = isOlder
    ? `The running nodes have an older version of the job type ${job.type} than the version that created this job.`
    : // A viewer who may see only some jobs sees no nodes: these may have an older version.
      `No running node has the job type ${job.type}${nodes.length === 0 ? ' in the version that created this job' : ''}.`;
  const cure = isOlder
    ? 'Finish the rollout, so that at least one node runs the newer version.'
    : 'Start a server with this type and free places, or delete the job if the type was removed.';
  return {
    title: 'No node can run this job',
    sentences: [`${missing} Until one does, the job's slots pass without a run.`, cure],
    link: OVERVIEW,
  };
}

function noUpstream({ after, only_if: gate }: Job): Advice {
  const names = [after?.job, gate?.job].filter((name) => name !== undefined);
  const other = names.length === 0 ? 'of the other job' : names.join(' or ');
  return {
    title: 'The job that this job waits for does not exist',
    sentences: [
      `No job has the id ${other}. Until one does, ${after == null ? 'the slots of this job are skipped' : 'this job does not run'}.`,
      'Create the job again under this id, or edit this job: name another job, or none.',
    ],
  };
}

function zombie({ run }: AdviceFacts): Advice {
  return {
    title: 'A run does not stop',
    sentences: [
      'A handler was asked to stop but is still running. The run keeps its place until the handler ends.',
      'To let the job continue without this run, cancel the run, then cancel it by force. To fix the cause, make the handler stop when its AbortSignal fires.',
    ],
    ...runLink(run, 'Open this run'),
  };
}

function failing(job: Job, { run }: AdviceFacts): Advice {
  const error = run?.errors.at(-1);
  const after =
    job.next_run === null
      ? 'Find the cause, then run the job again. It recovers with the next success.'
      : 'Find the cause, then run the job now or wait for its next run. It recovers with the next success.';
  return {
    title: 'Runs of this job fail',
    sentences: [`${capital(job.health.reason ?? 'the last run failed')}. ${after}`],
    ...(error === undefined ? {} : { quote: errorLine(error) }),
    ...runLink(run, 'Open the last failed run'),
  };
}

function overdue(job: Job, { run }: AdviceFacts): Advice {
  const error = run?.errors.at(-1);
  const next =
    job.next_run === null
      ? 'Find out why it did not run, then run it now.'
      : 'Find out why, then run it now or wait for its next run.';
  return {
    title: 'This job had no success for too long',
    sentences: [
      `Overdue: ${job.health.reason ?? 'no success in the expected time'}.`,
      `${next} One success ends this.`,
    ],
    ...(error === undefined ? {} : { quote: errorLine(error) }),
    ...runLink(run, 'Open the last failed run'),
  };
}

/** The reason says whether a live run is slow, or the last one was. */
function isSlowNow({ reason }: Job['health']): boolean {
  return reason?.startsWith('a run ') ?? false;
}

function slow({ health }: Job, { run }: AdviceFacts): Advice {
  return {
    title: isSlowNow(health) ? 'A run takes longer than expected' : 'The last run took longer than expected',
    sentences: [
      `${capital(health.reason ?? 'a run took longer than expected')}.`,
      isSlowNow(health)
        ? 'Check its progress. If runs are always this slow, expect a longer duration.'
        : 'The next run that is fast enough ends this. If runs are always this slow, expect a longer duration.',
    ],
    ...runLink(run, 'Open the run'),
  };
}

function overrunning(job: Job, { run }: AdviceFacts): Advice {
  const meanwhile = {
    skip: 'Slots in the meantime are skipped.',
    queue: 'One slot waits in the meantime, and further slots are skipped.',
    allow: 'Further runs start in parallel.',
    cancel_previous: 'The next slot cancels it.',
  } as const;
  return {
    title: 'A run takes longer than the interval',
    sentences: [
      `A run has taken longer than ${job.interval ?? 'the interval'}. ${meanwhile[job.overlap]}`,
      'Check its progress. If runs are always this slow, set a longer interval.',
    ],
    ...runLink(run, 'Open the run'),
  };
}

function paused(job: Job): Advice {
  const gone = whyNoResume(job);
  if (gone !== undefined)
    return {
      title: 'Code no longer declares this job, so it is paused',
      sentences: [`${gone}.`, 'Without a declaration, it is deleted after 7 days.'],
    };
  const { pause, run_at: runAt } = job;
  const end =
    pause === null || pause.until === null
      ? 'It stays paused until someone resumes it.'
      : 'It resumes when the pause ends, unless someone resumes it earlier.';
  const resumed =
    runAt === null
      ? 'When resumed, the job continues with its next slot, and held runs start.'
      : 'When resumed, its run starts.';
  const isByEngine = pause !== null && pause.by === 'engine';
  return {
    title: isByEngine ? 'Too many runs failed, so the engine paused this job' : 'This job is paused',
    sentences: [`No runs start. ${isByEngine ? `${cause(job, pause)} ${end}` : end}`, resumed],
    command: 'resume',
  };
}

/** What to do about the failures after which the engine paused the job. */
function cause({ updated_at: edited, last_run: lastRun, last_status: status }: Job, pause: Pause): string {
  const failed = status === 'failed' && lastRun !== null ? lastRun : '';
  const isEdited = Date.parse(edited) > Math.max(Date.parse(pause.at), Date.parse(failed) || 0);
  return isEdited
    ? 'Edited since the last failure. Resume the job, then look for missing slots.'
    : 'Fix the cause first.';
}

function runLink(run: Run | undefined, label: string): Pick<Advice, 'link'> {
  return run === undefined ? {} : { link: { label, href: runPath(run.id) } };
}
