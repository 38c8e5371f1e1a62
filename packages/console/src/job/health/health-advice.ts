import type { Job, Run, Stats } from '@greenvue/jobs/client';
import { runPath } from '../../ui/paths.ts';
import { errorLine } from '../../ui/status/run-words.ts';

/** What to do about an unhealthy job, in plain sentences. */
export interface Advice {
  readonly title: string;
  readonly sentences: readonly string[];
  /** The error message of the handler. */
  readonly quote?: string;
  readonly link?: { readonly label: string; readonly href: string };
  /** The action that the page offers as a button. */
  readonly command?: 'resume';
}

/** What the advice uses besides the job. Each value may not be read yet. */
export interface AdviceFacts {
  /** The run that {@link runToLookAt} asks for. */
  readonly run?: Run | undefined;
  readonly stats?: Stats | undefined;
}

/** The status of the run that explains a job's health: the newest run with this status. */
export function runToLookAt({ health }: Pick<Job, 'health'>): 'failed' | 'running' | undefined {
  switch (health.status) {
    case 'failing':
      return 'failed';
    case 'zombie':
    case 'overrunning':
      return 'running';
    case 'no_handler':
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

/** What to do about a job's health; undefined if the job is healthy. */
export function healthAdvice(job: Job, facts: AdviceFacts = {}): Advice | undefined {
  switch (job.health.status) {
    case 'no_handler':
      return noHandler(job, facts);
    case 'zombie':
      return zombie(facts);
    case 'failing':
      return failing(job, facts);
    case 'late':
      if (job.health.reason === 'clock') return clock();
      return job.health.reason === 'waiting' ? waiting(facts) : overdue(facts);
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

const OVERVIEW = { label: 'See the nodes', href: '/' } as const;

function noHandler(job: Job, { stats }: AdviceFacts): Advice {
  const has = stats?.nodes.some(({ types }) => types.includes(job.type));
  const missing =
    has === true
      ? `The living nodes have an older version of the job type ${job.type} than the one this job was created with.`
      : `No living node has the job type ${job.type}.`;
  const cure =
    has === true
      ? 'Finish the rollout, so that a node with the newer version runs.'
      : 'Start a server that has this type and places to run it, or delete the job if the type is gone for good.';
  return {
    title: 'No node can run it',
    sentences: [`${missing} Until one does, its slots pass without a run.`, cure],
    link: OVERVIEW,
  };
}

function zombie({ run }: AdviceFacts): Advice {
  return {
    title: 'A run does not stop',
    sentences: [
      'A handler was told to stop and goes on. The run stays running until the handler ends by itself, and keeps its place.',
      'To let the job go on without it, cancel the run, and then cancel it with force. For good: the handler must listen to its signal.',
    ],
    ...runLink(run, 'Open the run that does not stop'),
  };
}

function failing(job: Job, { run }: AdviceFacts): Advice {
  const error = run?.errors.at(-1);
  const after =
    job.next_run === null
      ? 'Find out why, then run it again.'
      : 'Find out why, then run it now: one success makes it well again. Otherwise its next run will tell.';
  return {
    title: 'Its runs fail',
    sentences: [`${capital(job.health.reason ?? 'the last run failed')}. ${after}`],
    ...(error === undefined ? {} : { quote: errorLine(error) }),
    ...runLink(run, 'Open the last run that failed'),
  };
}

function overdue({ stats }: AdviceFacts): Advice {
  return {
    title: 'It is late',
    sentences: ['Its next run was due more than a minute ago, and no node has taken it.', placesText(stats)],
    link: OVERVIEW,
  };
}

function waiting({ stats }: AdviceFacts): Advice {
  return {
    title: 'Its run waits for a free place',
    sentences: [
      'A run of this job has been due for more than a minute, and no node has started it. Until one does, the job may skip slots.',
      placesText(stats),
    ],
    link: OVERVIEW,
  };
}

function placesText(stats: Stats | undefined): string {
  const places = sum(stats?.nodes.map((node) => node.places) ?? []);
  const busy = sum(stats?.nodes.map((node) => node.busy) ?? []);
  if (stats === undefined) return 'See whether a node lives and has free places.';
  if (stats.nodes.length === 0 || places === 0)
    return 'No living node has places to run jobs: start one that has.';
  if (busy >= places)
    return `All ${places} places are taken: wait until some are free, cancel what is not needed, or give the nodes more places.`;
  if (stats.nodes.some(({ health }) => health !== 'ok')) return 'A node is not well: look at it first.';
  return `${places - busy} of ${places} places are free, so that it should go on by itself soon. If it does not, look at the server's log.`;
}

function clock(): Advice {
  return {
    title: 'The clock has jumped back',
    sentences: [
      'Its last slot lies in the time to come, so the clock of the server, or of its database, was ahead before. Nothing is run twice: the job waits until the clock has caught up.',
      'See that the clock is right now. To go on at once, pause and resume the job, or edit its schedule.',
    ],
    link: OVERVIEW,
  };
}

function overrunning(job: Job, { run }: AdviceFacts): Advice {
  const meanwhile = {
    skip: 'Slots that come meanwhile are skipped.',
    queue: 'One slot waits for it, and further ones are skipped.',
    allow: 'Further runs start beside it.',
  } as const;
  return {
    title: 'A run takes longer than the interval',
    sentences: [
      `A run has been at work for longer than ${job.interval ?? 'the interval'}. ${meanwhile[job.overlap]}`,
      'See how far it is. If it is always so slow, give the job a longer interval.',
    ],
    ...runLink(run, 'Open the run'),
  };
}

function paused({ pause, run_at: runAt }: Job): Advice {
  const end =
    pause === null || pause.until === null
      ? 'It stays so until somebody resumes it.'
      : 'It resumes by itself when the pause ends, or when somebody resumes it before.';
  const resumed =
    runAt === null
      ? 'Resume it to go on with the next slot to come; what waits is let go.'
      : 'Resume it to let its run go.';
  return { title: 'It is paused', sentences: [`It makes no runs. ${end}`, resumed], command: 'resume' };
}

function runLink(run: Run | undefined, label: string): Pick<Advice, 'link'> {
  return run === undefined ? {} : { link: { label, href: runPath(run.id) } };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
