import type { Job, Stats } from '@greenvue/jobs/client';
import { jobTypePath } from '../../ui/paths.ts';
import { type Advice, type AdviceFacts, OVERVIEW } from './advice.ts';

/** Advice about a job that is late: its reason says what is. */
export function lateAdvice(job: Job, facts: AdviceFacts): Advice {
  switch (job.health.reason) {
    case 'clock':
      return clock();
    case 'calendar':
      return blackedOut(job);
    case 'waiting':
      return waiting(job, facts);
    default:
      return slotIsLate(job, facts);
  }
}

function slotIsLate(job: Job, { stats }: AdviceFacts): Advice {
  return {
    title: 'This job is late',
    sentences: [`Its next run was due ${lateBy(job)} ago, but no node has taken it.`, placesText(stats)],
    link: OVERVIEW,
  };
}

/** After how long the job counts as late. */
function lateBy({ expect }: Job): string {
  const within = expect?.start_within ?? null;
  return within === null ? 'more than a minute' : `more than ${within}`;
}

function waiting(job: Job, { stats, limits }: AdviceFacts): Advice {
  if (limits?.waiting != null && limits.waiting > 0) return waitingForLimit(job, limits.waiting);
  return {
    title: 'A run waits for a free place',
    sentences: [
      `A run of this job has been due for ${lateBy(job)}, but no node has started it. Until one does, the job may skip slots.`,
      placesText(stats),
    ],
    link: OVERVIEW,
  };
}

/** Such a run counts as late only with an expected start. */
function waitingForLimit(job: Job, count: number): Advice {
  const runs = count === 1 ? '1 run waits' : `${count.toLocaleString('en')} runs wait`;
  return {
    title: 'A run waits for a limit of its type',
    sentences: [
      `A run of this job has been due for ${lateBy(job)}. ${runs} for the limits of the type ${job.type}.`,
      'A run starts when the limit has room. If runs often wait, raise the limit in the code of the type, or expect a later start.',
    ],
    link: { label: 'Show the limits', href: jobTypePath(job.type) },
  };
}

function placesText(stats: Stats | undefined): string {
  const places = sum(stats?.nodes.map((node) => node.places) ?? []);
  const busy = sum(stats?.nodes.map((node) => node.busy) ?? []);
  // A viewer who may see only some jobs sees no nodes.
  if (stats === undefined || stats.nodes.length === 0)
    return 'Check that a node is running and has free places.';
  if (places === 0) return 'No running node has places for jobs: start a node with places.';
  if (busy >= places)
    return `All ${places} places are busy: wait, cancel runs that you do not need, or configure more places.`;
  if (stats.nodes.some(({ health }) => health !== 'ok')) return 'A node is unhealthy: check this node first.';
  return `${places - busy} of ${places} places are free, so the run should start soon. If it does not, check the server's log.`;
}

function clock(): Advice {
  return {
    title: 'The clock was set back',
    sentences: [
      'The last slot of this job is in the future, so the clock of the server or its database was ahead before. Nothing runs twice: the job waits until the clock reaches that slot.',
      'Check that the clock is right. To continue now, pause and resume the job, or edit its schedule.',
    ],
    link: OVERVIEW,
  };
}

function blackedOut({ calendar }: Job): Advice {
  return {
    title: 'The calendar skips all slots',
    sentences: [
      `All slots of the next 5 years are inside windows of the calendar ${calendar?.id ?? ''}, so this job does not run.`,
      'Change the windows of the calendar, or edit this job: choose another schedule or calendar, or move its slots.',
    ],
    link: { label: 'Calendars', href: '/calendars' },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
