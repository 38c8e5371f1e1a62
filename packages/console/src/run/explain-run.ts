import type { Job, Run } from '@greenvue/jobs/client';
import { goDurationMs } from '../ui/schedule/go-duration.ts';
import { reasonSentence } from '../ui/status/reasons.ts';
import { SUSPECT_FROM, slotsText, waitsForRetry } from '../ui/status/run-words.ts';

/** A sentence with instants in it, which the page shows in the viewer's zone, and links to runs. */
export type Sentence = readonly (string | { readonly at: string } | { readonly runId: string })[];

/** The input of the explanation besides the run. */
interface ExplanationFacts {
  /** The current job, if it still exists and is the job of this run. */
  readonly job:
    | Pick<
        Job,
        | 'timeout'
        | 'pause'
        | 'overlap'
        | 'max_running'
        | 'cron'
        | 'rrule'
        | 'interval_mode'
        | 'max_attempts'
        | 'only_if'
      >
    | undefined;
  readonly now: number;
}

/**
 * Explains the state of a run: why it waits, which slots it covers, what happened to it, what it continues
 * from. Most important first.
 */
export function explainRun(run: Run, facts: ExplanationFacts): readonly Sentence[] {
  return [
    ...explainSlotDone(run),
    ...explainCancel(run),
    ...explainOvertime(run, facts),
    ...explainWait(run, facts),
    ...explainCheckpoint(run),
    ...explainEnd(run, facts),
    ...explainCover(run),
    ...explainRecovery(run),
    ...explainOverride(run),
  ];
}

function explainSlotDone({ slot_done_by: by, scheduled_for: slot }: Run): readonly Sentence[] {
  // An older server does not know the field.
  if (by == null || slot === null) return [];
  return [['The slot of ', { at: slot }, ' was done later, by ', { runId: by }, '.']];
}

function explainCancel({ cancel_requested: requested, status }: Run): readonly Sentence[] {
  if (!requested) return [];
  return [
    [
      status === 'running'
        ? 'The handler was asked to stop. The run is cancelled once the handler ends.'
        : 'The run was asked to stop and will not start again.',
    ],
  ];
}

/** By this long after the timeout, even a handler in a thread has ended. */
const GRACE_MS = 15_000;

function explainOvertime(run: Run, { job, now }: ExplanationFacts): readonly Sentence[] {
  if (run.status !== 'running' || run.started_at === null || job === undefined) return [];
  const timeoutMs = goDurationMs(job.timeout);
  if (timeoutMs === undefined || now - Date.parse(run.started_at) < timeoutMs + GRACE_MS) return [];
  const cure = run.cancel_requested
    ? 'To let the job continue without this run, cancel it by force.'
    : 'To let the job continue without this run, cancel the run, then cancel it by force.';
  return [
    [
      `The run exceeds its timeout of ${job.timeout}. Its handler was asked to stop but is still running. ${cure}`,
    ],
  ];
}

/** It waits for its retry, and then for room. */
function isBetweenTries({ available_at: due }: Run, now: number): boolean {
  return due !== null && Date.parse(due) > now;
}

function roomWords(job: ExplanationFacts['job']): string {
  const most = job?.max_running ?? 1;
  return most === 1 ? 'one run' : `${most} runs`;
}

function explainWait(run: Run, { job, now }: ExplanationFacts): readonly Sentence[] {
  if (run.status !== 'queued') return [];
  switch (run.held) {
    case 'overlap':
      if (isBetweenTries(run, now)) break;
      return [
        [
          `The run is held until another run ends, because at most ${roomWords(job)} of the job may run at a time.`,
        ],
      ];
    case 'pause':
      return [pausedSentence(job)];
    case 'run_at':
      return run.available_at === null
        ? [['The run is held until its requested time.']]
        : [['The run was requested for ', { at: run.available_at }, '.']];
    case null:
      break;
    default:
      // A newer server may know more values.
      run.held satisfies never;
  }
  if (run.recoveries >= SUSPECT_FROM) {
    const next = run.available_at === null ? [] : ['It is due at ', { at: run.available_at }, '. '];
    return [
      [
        `The process ended ${run.recoveries} times during this run, so the run may be the cause. `,
        ...next,
        'Such runs start one at a time.',
      ],
    ];
  }
  if (waitsForRetry(run, now)) {
    const again = run.available_at === null ? [] : [{ at: run.available_at }];
    const attempt = run.errors.at(-1)?.attempt ?? run.errors.length;
    return [[`Attempt ${attempt} failed. The next attempt is due at `, ...again, '.']];
  }
  const due = run.available_at;
  if (due !== null && Date.parse(due) > now) return [['The run is due at ', { at: due }, '.']];
  // An older server does not send it.
  if (run.waits_for != null) return [[limitSentence(run.waits_for)]];
  return [['The run is due and waits for a node with a free place.']];
}

/** P29, limits and priority: the full limit of its type that the run waits for. */
function limitSentence({ limit, value }: NonNullable<Run['waits_for']>): string {
  const of = value == null ? 'of its type' : `for ${JSON.stringify(value)}`;
  return limit === 'running'
    ? `The run waits for a limit ${of}: as many runs as it allows are running. The run starts when one of them ends.`
    : `The run waits for the rate limit ${of}: as many runs as it allows have started in its period. The run starts when the period has room.`;
}

/** What the next attempt continues from, if there will be one. */
function explainCheckpoint(run: Run): readonly Sentence[] {
  // An older server does not send it.
  const { checkpointed_at: savedAt = null, steps_done: steps = [], status } = run;
  if (savedAt === null) return [];
  const done = steps.length === 0 ? '' : ` Steps done: ${steps.join(', ')}.`;
  const next =
    status === 'running'
      ? 'If the attempt is interrupted, the next one continues'
      : 'The next attempt continues';
  return [[`${next} from the checkpoint of `, { at: savedAt }, `.${done}`]];
}

function pausedSentence(job: ExplanationFacts['job']): Sentence {
  const until = job?.pause?.until ?? null;
  if (until === null)
    return ['The run is held because the job is paused. It continues when the job is resumed.'];
  return [
    'The run is held because the job is paused until ',
    { at: until },
    ', unless someone resumes it earlier.',
  ];
}

function explainEnd(run: Run, { job }: ExplanationFacts): readonly Sentence[] {
  const sentences = [attemptsSentence(run, job), reasonSentence(run), gateSentence(run, job)];
  return sentences.filter((sentence) => sentence !== undefined).map((sentence) => [sentence]);
}

/** The gate may have been edited since the run was skipped. */
function gateSentence({ reason }: Run, job: ExplanationFacts['job']): string | undefined {
  // An older server does not know the field.
  if (reason !== 'upstream' || job?.only_if == null) return undefined;
  return `The gate now needs a success of ${job.only_if.job} in the ${job.only_if.succeeded_within} before. Runs by hand ignore the gate.`;
}

/** With these, a retry is left to the next slot. */
const REPLACING: ReadonlySet<Job['overlap']> = new Set(['skip', 'cancel_previous']);

const ORDINALS = ['second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];

/** How many attempts a failed run had, and why it had no more; undefined if the job does not say. */
function attemptsSentence(run: Run, job: ExplanationFacts['job']): string | undefined {
  const failures = run.errors.length;
  if (run.status !== 'failed' || job === undefined || failures === 0 || job.max_attempts === 1)
    return undefined;
  if (failures >= job.max_attempts) return `Failed after ${failures} of ${failures} attempts.`;
  const hasSlots = job.cron !== null || job.rrule != null || job.interval_mode === 'fixed_rate';
  const isPermanent = run.errors.at(-1)?.name === 'PermanentError' || run.reason === 'payload_invalid';
  if (isPermanent || run.reason === 'lost' || !REPLACING.has(job.overlap) || !hasSlots) return undefined;
  const next = ORDINALS[failures - 1] ?? 'next';
  return `Failed after ${failures} of ${job.max_attempts} attempts; the ${next} would have met the next slot.`;
}

function explainCover({ missed, missed_from: from, scheduled_for: slot, status }: Run): readonly Sentence[] {
  if (missed === 0 || from === null || slot === null) return [];
  const verb = status === 'skipped' ? 'This entry covers' : 'The run catches up missed slots: it covers';
  if (missed === 1) return [[`${verb} one slot, at `, { at: slot }, '.']];
  return [[`${verb} ${slotsText(missed)}, from `, { at: from }, ' to ', { at: slot }, '.']];
}

function explainRecovery({ recoveries }: Run): readonly Sentence[] {
  if (recoveries === 0) return [];
  const what =
    recoveries === 1 ? 'A node ended during this run' : `Nodes ended ${recoveries} times during this run`;
  return [
    [
      `${what}, so the run started again. This uses up no attempt. After the sixth time, the run fails. The handler may have done some work twice.`,
    ],
  ];
}

function explainOverride({ payload_is_own: isOwn }: Run): readonly Sentence[] {
  return !isOwn ? [] : [["The run has its own payload instead of the job's."]];
}
