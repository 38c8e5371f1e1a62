import type { JobAuditAction, JobAuditRecord } from '@greenvue/jobs/client';
import { PROGRAM_ACTOR } from '../../data/job-mark.ts';

/** What an admin, an operator or code did: the part of a sentence after its subject. */
export type SentencePart =
  | { readonly kind: 'text'; readonly text: string }
  /** The job of the record. */
  | { readonly kind: 'job' }
  | { readonly kind: 'run'; readonly id: string; readonly text: string }
  /** RFC 3339. */
  | { readonly kind: 'time'; readonly at: string };

type Wording = (record: JobAuditRecord, change: Fields) => readonly SentencePart[];
type Fields = Readonly<Record<string, unknown>>;

const JOB: SentencePart = { kind: 'job' };
const text = (words: string): SentencePart => ({ kind: 'text', text: words });
const ofJob =
  (verb: string): Wording =>
  () => [text(verb), JOB];
const ofTarget =
  (words: string): Wording =>
  ({ target }) => [text(words), text(target)];

/** "paused 12 jobs with one command". */
const ofMany = (verb: string, one: 'job' | 'run', { total }: Fields): readonly SentencePart[] => {
  const count = typeof total === 'number' ? total : 0;
  return [text(`${verb} ${count.toLocaleString('en')} ${one}${count === 1 ? '' : 's'} with one command`)];
};
const many =
  (verb: string, one: 'job' | 'run'): Wording =>
  (_, change) =>
    ofMany(verb, one, change);

/** A node by its machine: its id says nothing to people. */
const ofNode =
  (words: string): Wording =>
  ({ target }, { host, pid }) => [
    text(typeof host === 'string' ? `${words} ${host} (process ${pid})` : `${words} ${target}`),
  ];

interface Kind {
  /** For a filter. */
  readonly label: string;
  readonly sentence: Wording;
}

/** Each kind of change that this version records. */
const KINDS: Readonly<Record<JobAuditAction, Kind>> = {
  'job.create': { label: 'Created a job', sentence: ofJob('created') },
  'job.edit': { label: 'Edited a job', sentence: ofJob('edited') },
  'job.delete': { label: 'Deleted a job', sentence: ofJob('deleted') },
  'job.pause': { label: 'Paused a job', sentence: (_, change) => [text('paused'), JOB, ...pauseOf(change)] },
  'job.resume': { label: 'Resumed a job', sentence: ofJob('resumed') },
  'job.trigger': { label: 'Ran a job', sentence: triggered },
  'job.backfill': {
    label: 'Started a backfill',
    sentence: (_, { from, to }) => [
      text('started a backfill of'),
      JOB,
      ...timeAfter('from', from),
      ...timeAfter('to', to),
    ],
  },
  'job.backfill_cancel': { label: 'Cancelled a backfill', sentence: ofJob('cancelled a backfill of') },
  'run.cancel': {
    label: 'Cancelled a run',
    sentence: (record, { force }) => [
      text('cancelled'),
      ...runOf(record),
      ...(force === true ? [text('by force')] : []),
    ],
  },
  'run.retry': {
    label: 'Retried a run',
    sentence: (record) => [text('retried'), ...runOf(record), text('at once')],
  },
  'jobs.pause_all': {
    label: 'Paused all jobs',
    sentence: (_, change) => [text('paused all jobs'), ...pauseOf(change)],
  },
  'jobs.resume_all': { label: 'Resumed all jobs', sentence: () => [text('resumed all jobs')] },
  'jobs.bulk_pause': {
    label: 'Paused many jobs',
    sentence: (_, change) => [...ofMany('paused', 'job', change), ...pauseOf(change)],
  },
  'jobs.bulk_resume': { label: 'Resumed many jobs', sentence: many('resumed', 'job') },
  'jobs.bulk_run': { label: 'Ran many jobs', sentence: many('ran', 'job') },
  'jobs.bulk_delete': { label: 'Deleted many jobs', sentence: many('deleted', 'job') },
  'jobs.bulk_tag': { label: 'Tagged many jobs', sentence: many('tagged', 'job') },
  'jobs.bulk_untag': { label: 'Untagged many jobs', sentence: many('removed tags from', 'job') },
  'runs.bulk_retry': { label: 'Retried many runs', sentence: many('retried', 'run') },
  'runs.bulk_cancel': { label: 'Cancelled many runs', sentence: many('cancelled', 'run') },
  'bulk_command.cancel': {
    label: 'Cancelled a bulk command',
    sentence: () => [text('cancelled a command on many jobs or runs')],
  },
  'alert_channel.create': {
    label: 'Created an alert channel',
    sentence: ofTarget('created the alert channel'),
  },
  'alert_channel.edit': {
    label: 'Changed an alert channel',
    sentence: ofTarget('changed the alert channel'),
  },
  'alert_channel.delete': {
    label: 'Deleted an alert channel',
    sentence: ofTarget('deleted the alert channel'),
  },
  'alert_delivery.retry': { label: 'Sent an alert again', sentence: () => [text('sent an alert again')] },
  'node.drain': { label: 'Drained a node', sentence: ofNode('drained the node') },
  'node.resume': { label: 'Resumed a node', sentence: ofNode('resumed the node') },
  'calendar.put': { label: 'Saved a calendar', sentence: ofTarget('saved the calendar') },
  'calendar.delete': { label: 'Deleted a calendar', sentence: ofTarget('deleted the calendar') },
  'secret.put': { label: 'Set a secret', sentence: ofTarget('set the secret') },
  'secret.delete': { label: 'Deleted a secret', sentence: ofTarget('deleted the secret') },
};

const KNOWN: ReadonlyMap<string, Kind> = new Map(Object.entries(KINDS));

/** The kinds of changes for a filter. A link may name another kind, of a newer server. */
export function actionChoices(chosen: string | undefined): { value: string; label: string }[] {
  const known = [...KNOWN].map(([value, { label }]) => ({ value, label }));
  const isKnown = chosen === undefined || KNOWN.has(chosen);
  return isKnown ? known : [{ value: chosen, label: chosen }, ...known];
}

/** What the actor did, such as "paused {job}: maintenance". */
export function auditSentence(record: JobAuditRecord): readonly SentencePart[] {
  const kind = KNOWN.get(record.action);
  if (kind === undefined) return [text(record.action), record.job_id === null ? text(record.target) : JOB];
  return kind.sentence(record, fieldsOf(record.change));
}

function triggered({ actor }: JobAuditRecord, { retryOf, runAt }: Fields): readonly SentencePart[] {
  if (typeof retryOf === 'string')
    return [text('ran'), { kind: 'run', id: retryOf, text: 'a run' }, text('of'), JOB, text('again')];
  if (typeof runAt === 'number')
    return [text('requested a run of'), JOB, ...timeAfter('for', new Date(runAt).toISOString())];
  return actor === PROGRAM_ACTOR ? [text('started a run of'), JOB] : [text('ran'), JOB, text('by hand')];
}

/** A run and its job; only the run's id once the run is no longer kept. */
function runOf({ target, job_id: jobId }: JobAuditRecord): readonly SentencePart[] {
  if (jobId === null) return [text(`run ${target}, which is no longer kept`)];
  return [{ kind: 'run', id: target, text: 'a run' }, text('of'), JOB];
}

function pauseOf({ reason, until }: Fields): readonly SentencePart[] {
  return [
    ...timeAfter('until', until),
    ...(typeof reason === 'string' && reason !== '' ? [text(`: ${reason}`)] : []),
  ];
}

function timeAfter(word: string, at: unknown): readonly SentencePart[] {
  if (typeof at !== 'string' || Number.isNaN(Date.parse(at))) return [];
  return [text(word), { kind: 'time', at }];
}

function fieldsOf(change: unknown): Fields {
  return typeof change === 'object' && change !== null && !Array.isArray(change) ? { ...change } : {};
}
