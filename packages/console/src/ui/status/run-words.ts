import type { Job, Run } from '@greenvue/jobs/client';
import { goDurationMs } from '../schedule/go-duration.ts';

/** A run lost this many times is a suspect. Of all suspects, one runs at a time. */
const SUSPECT_FROM = 2;

/** A sentence with instants in it, which the page shows in the viewer's zone. */
export type Sentence = readonly (string | { readonly at: string })[];

/** What the explanation of a run needs besides the run. */
interface StoryFacts {
  /** The current job, if it still exists and is the job of this run. */
  readonly job: Pick<Job, 'timeout' | 'pause'> | undefined;
  readonly now: number;
}

/**
 * Explains the state of a run: what it waits for, what it stands for, what happened to it. Most important
 * first.
 */
export function runStory(run: Run, facts: StoryFacts): readonly Sentence[] {
  return [
    ...cancelStory(run),
    ...overtimeStory(run, facts),
    ...waitStory(run, facts),
    ...endStory(run),
    ...coverStory(run),
    ...recoveryStory(run),
    ...overrideStory(run),
  ];
}

/** What a table row says about a run besides its status; empty if nothing. */
export function runNote(run: Run): string {
  const missed = slotsText(run.missed);
  if (run.status === 'skipped') {
    if (run.reason === 'overlap') return 'Another run of the job was live';
    return run.missed > 1
      ? `No node could take these ${missed} in time`
      : 'No node could take this slot in time';
  }
  const error = run.errors.at(-1);
  if (run.status === 'failed') return error === undefined ? failedText(run.reason) : errorLine(error);
  if (run.status === 'cancelled') return run.reason === 'deleted' ? 'Job deleted' : 'Cancelled by hand';
  if (run.status === 'queued' && run.held !== null) return HELD[run.held];
  if (run.status === 'queued' && run.recoveries >= SUSPECT_FROM)
    return `Lost ${run.recoveries} times; waits, because one such run runs at a time`;
  if (run.status === 'queued' && error !== undefined) return `Waits for its retry after: ${errorLine(error)}`;
  if (run.cancel_requested) return 'Asked to stop';
  if (run.catch_up && run.missed > 0) return `Catches up ${missed}`;
  if (run.retry_of !== null) return 'Retry of another run';
  return '';
}

/** The first line of an error, with its name if that says more than "Error". */
export function errorLine({ name, message }: Pick<Run['errors'][number], 'name' | 'message'>): string {
  const line = message.trim().split('\n', 1)[0] ?? '';
  if (line === '') return name;
  return name === 'Error' ? line : `${name}: ${line}`;
}

type AttemptError = Run['errors'][number];

/** A cause of an error in one line: with its name, and its code if the message lacks it. */
export function causeLine({ name, message, code }: Omit<AttemptError['causes'][number], 'depth'>): string {
  const line = message.trim().split('\n', 1)[0] ?? '';
  return code === null || line.includes(code) ? `${name}: ${line}` : `${name}: ${line} (${code})`;
}

/** The stack of an error, and below it the stacks of its causes. */
export function stacksText({
  stack,
  causes,
}: { readonly stack: string } & Pick<AttemptError, 'causes'>): string {
  const behind = causes.map((cause) => `Caused by ${cause.stack ?? causeLine(cause)}`);
  return [stack, ...behind].join('\n\n');
}

/** The reason of a failed run, as a sentence. */
function failedText(reason: Run['reason']): string {
  switch (reason) {
    case 'timeout':
      return 'The attempt took longer than its timeout';
    case 'lost':
      return 'Its process ended repeatedly';
    case 'payload_invalid':
      return 'The payload does not fit the job type';
    case 'error':
    case 'overlap':
    case 'missed':
    case 'user':
    case 'deleted':
    case null:
      return 'The handler threw an error';
    default:
      return reason satisfies never;
  }
}

/** The time under which a list shows a run: its start, or its slot if it never started. */
export function whenOf(run: Pick<Run, 'started_at' | 'scheduled_for' | 'queued_at'>): string {
  return run.started_at ?? run.scheduled_for ?? run.queued_at;
}

/** What started a run. */
export function triggerText({ trigger, retry_of: retryOf }: Pick<Run, 'trigger' | 'retry_of'>): string {
  if (retryOf !== null) return 'Retry by hand';
  return trigger === 'schedule' ? 'Schedule' : 'By hand';
}

/** The attempt's number, and how many there are if `most` is known. */
export function attemptText(
  { attempt, status }: Pick<Run, 'attempt' | 'status'>,
  most: number | undefined,
): string {
  if (attempt === 0) return status === 'skipped' || status === 'cancelled' ? 'none' : 'none yet';
  // An edit may have lowered the number of attempts.
  return most === undefined || most < attempt ? String(attempt) : `${attempt} of ${most}`;
}

/** The time from its slot, or from the request for it, to its first attempt, in ms; undefined if unknown. */
export function waitedMs(run: Run): number | undefined {
  if (run.started_at === null || run.errors.length > 0 || run.recoveries > 0) return undefined;
  const due = Math.max(Date.parse(run.queued_at), Date.parse(run.scheduled_for ?? run.queued_at));
  return Math.max(Date.parse(run.started_at) - due, 0);
}

/** Whether a queued run waits for its next attempt in the future. */
export function waitsForRetry(run: Run, now: number): boolean {
  if (run.status !== 'queued' || run.held !== null || run.available_at === null) return false;
  return run.errors.length > 0 && Date.parse(run.available_at) > now;
}

const HELD = {
  overlap: 'Held: another run of the job is live',
  pause: 'Held: the job is paused',
  run_at: 'Held until its requested time',
} as const;

function cancelStory({ cancel_requested: requested, status }: Run): readonly Sentence[] {
  if (!requested) return [];
  return [
    [
      status === 'running'
        ? 'The handler was asked to stop. The run is cancelled once the handler ends.'
        : 'The run was asked to stop and will not start again.',
    ],
  ];
}

/** This long after its timeout, even a thread has been ended. */
const GRACE_MS = 15_000;

function overtimeStory(run: Run, { job, now }: StoryFacts): readonly Sentence[] {
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

function waitStory(run: Run, { job, now }: StoryFacts): readonly Sentence[] {
  if (run.status !== 'queued') return [];
  switch (run.held) {
    case 'overlap':
      return [['The run is held until another run ends, because the job allows one running run at a time.']];
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
        'Such runs run one at a time.',
      ],
    ];
  }
  if (waitsForRetry(run, now)) {
    const again = run.available_at === null ? [] : [{ at: run.available_at }];
    const attempt = run.errors.at(-1)?.attempt ?? run.errors.length;
    return [[`Attempt ${attempt} failed. The next attempt is due at `, ...again, '.']];
  }
  return [['The run is due and waits for a node with a free place.']];
}

function pausedSentence(job: StoryFacts['job']): Sentence {
  const until = job?.pause?.until ?? null;
  if (until === null)
    return ['The run is held because the job is paused. It continues when the job is resumed.'];
  return [
    'The run is held because the job is paused until ',
    { at: until },
    ', unless someone resumes it earlier.',
  ];
}

function endStory(run: Run): readonly Sentence[] {
  switch (run.reason) {
    case 'overlap':
      return [
        [
          'This slot was skipped: another run was live when the slot was due, and the overlap setting allows no more.',
        ],
      ];
    case 'missed':
      return [
        [
          'This slot was skipped: no node could take it in time, and the catch-up setting does not run it later.',
        ],
      ];
    case 'error':
      return [
        [
          `${failedText('error')}. No attempt is left, or the handler asked for no more. See the errors below.`,
        ],
      ];
    case 'timeout':
      return [[`${failedText('timeout')}. No attempt is left.`]];
    case 'lost':
      return [
        [
          'Each process ended before this run did, so the run does not start again. Find the cause: out of memory, a native crash or a kill from outside.',
        ],
      ];
    case 'payload_invalid':
      return [
        [
          run.payload === null
            ? 'The payload does not fit the current job type. Edit the payload of the job, then run it again.'
            : 'The payload of this run does not fit the current job type. Run the job with another payload.',
        ],
      ];
    case 'user':
      return [['The run was cancelled by hand.']];
    case 'deleted':
      return [['The run was cancelled because the job was deleted.']];
    case null:
      return [];
    default:
      run.reason satisfies never;
      return [];
  }
}

function coverStory({ missed, missed_from: from, scheduled_for: slot, status }: Run): readonly Sentence[] {
  if (missed === 0 || from === null || slot === null) return [];
  const verb = status === 'skipped' ? 'This entry stands for' : 'The run catches up missed slots: it covers';
  if (missed === 1) return [[`${verb} one slot, at `, { at: slot }, '.']];
  return [[`${verb} ${slotsText(missed)}, from `, { at: from }, ' to ', { at: slot }, '.']];
}

function recoveryStory({ recoveries }: Run): readonly Sentence[] {
  if (recoveries === 0) return [];
  const what =
    recoveries === 1 ? 'A node ended during this run' : `Nodes ended ${recoveries} times during this run`;
  return [
    [
      `${what}, so the run started again. This uses no attempt; after the sixth time, the run fails. The handler may have done some work twice.`,
    ],
  ];
}

function overrideStory({ payload }: Run): readonly Sentence[] {
  return payload === null ? [] : [["The run has its own payload instead of the job's."]];
}

function slotsText(slots: number): string {
  return slots === 1 ? 'one slot' : `${slots.toLocaleString('en')} slots`;
}
