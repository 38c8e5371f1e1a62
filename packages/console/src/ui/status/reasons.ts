import type { Run } from '@greenvue/jobs/client';

type EndedRun = Pick<Run, 'payload_is_own' | 'errors' | 'trigger'>;
type RunReason = NonNullable<Run['reason']>;

interface ReasonWords {
  /** For a list and a tooltip. */
  readonly short: string;
  /** For the run's page. */
  readonly sentence: string | ((run: EndedRun) => string);
}

/** The explanation of each reason. */
const REASONS: Record<RunReason, ReasonWords> = {
  overlap: {
    short: 'Another run of the job was live',
    sentence: ({ trigger }) =>
      trigger === 'chain'
        ? 'This run was skipped: another run was live when the upstream run ended, and the overlap setting allows no more.'
        : 'This slot was skipped: another run was live when the slot was due, and the overlap setting allows no more.',
  },
  missed: {
    short: 'No node was available in time',
    sentence:
      'This slot was skipped: no node could take it in time, and the catch-up setting does not run it later.',
  },
  expired: {
    short: 'Not started in time',
    sentence:
      'This run was skipped: it could not start within the time that the expiry setting allows. No handler was called.',
  },
  upstream: {
    short: 'The gate was closed',
    sentence: ({ trigger }) =>
      trigger === 'chain'
        ? 'This run was skipped: the job that its gate names had not succeeded recently enough when the upstream run ended.'
        : 'This slot was skipped: the job that its gate names had not succeeded recently enough when the slot was due.',
  },
  blackout: {
    short: 'Inside a window of the calendar',
    sentence:
      "This run was skipped: it was due inside a window of the job's calendar. No handler was called.",
  },
  error: {
    short: 'The handler threw an error',
    sentence: ({ errors }) =>
      errors.at(-1)?.name === 'PermanentError'
        ? 'The handler threw a PermanentError, so the run is not tried again. See the errors below.'
        : 'The handler threw an error in the last attempt. See the errors below.',
  },
  timeout: {
    short: 'The attempt took longer than its timeout',
    sentence: 'The attempt took longer than its timeout. No attempt is left.',
  },
  lost: {
    short: 'Its process ended repeatedly',
    sentence:
      'Each process ended before this run did, so the run does not start again. Find the cause: out of memory, a native crash or a kill from outside.',
  },
  payload_invalid: {
    short: 'The payload does not fit the job type',
    sentence: ({ payload_is_own: isOwn }) =>
      !isOwn
        ? 'The payload does not fit the current job type. Edit the payload of the job, then run it again.'
        : 'The payload of this run does not fit the current job type. Run the job with another payload.',
  },
  user: { short: 'Cancelled by hand', sentence: 'The run was cancelled by hand.' },
  replaced: {
    short: 'Replaced by a newer run',
    sentence: 'The run was cancelled because a newer run of the job replaces it (cancel_previous).',
  },
  deleted: { short: 'Job deleted', sentence: 'The run was cancelled because the job was deleted.' },
};

/** A reason in a few words; the reason itself if a newer server knows more of them. */
export function reasonText(reason: RunReason): string {
  return REASONS[reason]?.short ?? reason;
}

/** Why a run ended as it did, in a sentence or more; undefined if there is no reason to tell. */
export function reasonSentence(run: EndedRun & Pick<Run, 'reason'>): string | undefined {
  const sentence = run.reason === null ? undefined : REASONS[run.reason]?.sentence;
  return typeof sentence === 'function' ? sentence(run) : sentence;
}
