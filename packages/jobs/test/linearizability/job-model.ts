import type { SequentialModel } from './check-history.ts';

/** What a client asks of one job id. */
export type JobRequest =
  | { readonly kind: 'create' | 'put' | 'patch'; readonly name: string; readonly ifMatch?: string }
  | { readonly kind: 'delete'; readonly ifMatch?: string }
  | { readonly kind: 'get' | 'resume' }
  | { readonly kind: 'pause'; readonly reason: string }
  | { readonly kind: 'trigger'; readonly key: string }
  | RunRequest;

/** About a run that an earlier answer named. */
export interface RunRequest {
  readonly kind: 'get run' | 'cancel' | 'retry';
  readonly runId: string;
}

/** What the answer says. */
export interface JobAnswer {
  readonly status: number;
  readonly job?: SeenJob;
  /** The run, and whether an earlier request with the same dedupe key made it. */
  readonly run?: SeenRun;
}

export interface SeenRun {
  readonly id: string;
  readonly isReplay: boolean;
  readonly isLive: boolean;
}

export interface SeenJob {
  readonly uid: string;
  readonly version: number;
  readonly name: string;
  /** Undefined: the job is active. */
  readonly pauseReason: string | undefined;
}

/** A job whose creation had no answer has no known uid until an answer names it. */
interface ModelJob extends Omit<SeenJob, 'uid'> {
  readonly uid: string | undefined;
  /** The run of each dedupe key; undefined: made by a request without an answer. */
  readonly runs: Readonly<Record<string, string | undefined>>;
  /** The known runs, queued or cancelled. */
  readonly live: readonly string[];
  readonly ended: readonly string[];
}

export interface JobState {
  readonly job: ModelJob | undefined;
  /** Uids of deleted generations: none of them comes back. */
  readonly past: readonly string[];
  /** The known runs of deleted generations, all cancelled. */
  readonly pastRuns: readonly string[];
}

/** One job id, as docs/rest-api.md describes it. Shares no code with the engine. */
export const jobModel: SequentialModel<JobState, JobRequest, JobAnswer> = {
  initial: { job: undefined, past: [], pastRuns: [] },
  step: (state, request, answer) => outcomes(state, request).flatMap((outcome) => fit(outcome, answer) ?? []),
  changesNothing: ({ kind }, answer) =>
    kind === 'get' || kind === 'get run' || (answer !== undefined && answer.status >= 400),
  // A dedupe key with an unknown run differs from a key that was never used.
  keyOf: (state) => JSON.stringify(state, (_, value) => (value === undefined ? null : value)),
};

interface Outcome {
  readonly status: number;
  readonly after: JobState;
  /** Of a trigger. */
  readonly key?: string;
  readonly isReplay?: boolean;
  readonly isRetry?: boolean;
  /** Of a read or a cancellation. */
  readonly seenRun?: { readonly runId: string; readonly isLive: boolean };
}

function outcomes(state: JobState, request: JobRequest): Outcome[] {
  const { job } = state;
  const refuse = (status: number) => ({ status, after: state });
  switch (request.kind) {
    case 'create':
      return [job === undefined ? created(state, request.name) : refuse(409)];
    case 'put':
      if (job === undefined)
        return [request.ifMatch === undefined ? created(state, request.name) : refuse(412)];
      return underMatch(state, job, request.ifMatch, () => edited(state, job, request.name));
    case 'get':
      return [refuse(job === undefined ? 404 : 200)];
    case 'get run':
    case 'cancel':
    case 'retry':
      return [runOutcome(state, request)];
    default:
      if (job === undefined) return [refuse(404)];
      return existing(state, job, request);
  }
}

function existing(
  state: JobState,
  job: ModelJob,
  request: Exclude<JobRequest, { readonly kind: 'get' | 'create' | 'put' }> | JobRequest,
): Outcome[] {
  const changed = (change: Partial<ModelJob>) => ({ ...state, job: { ...job, ...change } });
  switch (request.kind) {
    case 'patch':
      return underMatch(state, job, request.ifMatch, () => edited(state, job, request.name));
    case 'delete':
      return underMatch(state, job, request.ifMatch, () => deleted(state, job));
    case 'pause':
      return [{ status: 200, after: changed({ pauseReason: request.reason }) }];
    case 'resume':
      return [{ status: 200, after: changed({ pauseReason: undefined }) }];
    case 'trigger': {
      const { key } = request;
      const isReplay = key in job.runs;
      const after = isReplay ? state : changed({ runs: { ...job.runs, [key]: undefined } });
      return [{ status: 202, after, key, isReplay }];
    }
    default:
      throw new Error(`A ${request.kind} needs no job.`);
  }
}

/** The client knows the run, so the order has its creation already. */
function runOutcome(state: JobState, { kind, runId }: RunRequest): Outcome {
  const { job, pastRuns } = state;
  const isLive = job?.live.includes(runId) === true;
  const isKnown = isLive || job?.ended.includes(runId) === true || pastRuns.includes(runId);
  if (!isKnown) return { status: 404, after: state };
  const conflict = { status: 409, after: state };
  if (kind === 'get run') return { status: 200, after: state, seenRun: { runId, isLive } };
  if (kind === 'cancel') {
    if (job === undefined || !isLive) return conflict;
    const ended = [...job.ended, runId].toSorted();
    const after = { ...state, job: { ...job, live: job.live.filter((id) => id !== runId), ended } };
    return { status: 202, after, seenRun: { runId, isLive: false } };
  }
  // A retry makes a new run of the same generation.
  if (job === undefined) return { status: 404, after: state };
  if (isLive || pastRuns.includes(runId)) return conflict;
  return { status: 202, after: state, isRetry: true };
}

function created({ past, pastRuns }: JobState, name: string): Outcome {
  const job = { uid: undefined, version: 1, name, pauseReason: undefined, runs: {}, live: [], ended: [] };
  return { status: 201, after: { past, pastRuns, job } };
}

/** An edit equal in value changes nothing. */
function edited(state: JobState, job: ModelJob, name: string): Outcome {
  if (job.name === name) return { status: 200, after: state };
  return { status: 200, after: { ...state, job: { ...job, name, version: job.version + 1 } } };
}

function deleted({ past, pastRuns }: JobState, { uid, live, ended }: ModelJob): Outcome {
  const after = {
    past: uid === undefined ? past : [...past, uid],
    pastRuns: [...pastRuns, ...live, ...ended].toSorted(),
    job: undefined,
  };
  return { status: 204, after };
}

/** With an unknown uid, the ETag matches if its version does, and then names the uid. */
function underMatch(
  state: JobState,
  job: ModelJob,
  ifMatch: string | undefined,
  change: () => Outcome,
): Outcome[] {
  if (ifMatch === undefined || ifMatch === `"${job.uid}.${job.version}"`) return [change()];
  const stale = { status: 412, after: state };
  // The tag was read from an answer, which named the uid in this order already if it is this generation's.
  return [stale];
}

/** The state after an answer that fits the outcome; undefined if it does not fit. */
function fit(outcome: Outcome, answer: JobAnswer | undefined): JobState | undefined {
  const { status, after, key, isReplay, isRetry, seenRun } = outcome;
  if (answer === undefined) return after;
  if (answer.status !== status) return undefined;
  if (status >= 400 || status === 204) return after;
  if (seenRun !== undefined) {
    const { run } = answer;
    return run?.id === seenRun.runId && run.isLive === seenRun.isLive ? after : undefined;
  }
  if (isRetry === true) return withNewRun(after, answer.run);
  return key === undefined ? withJob(after, answer.job) : withKey(after, key, isReplay, answer.run);
}

function withJob(after: JobState, seen: SeenJob | undefined): JobState | undefined {
  const { job, past } = after;
  if (job === undefined || seen === undefined) return undefined;
  const isSame =
    job.version === seen.version && job.name === seen.name && job.pauseReason === seen.pauseReason;
  if (!isSame || (job.uid ?? seen.uid) !== seen.uid || past.includes(seen.uid)) return undefined;
  return job.uid === undefined ? { ...after, job: { ...job, uid: seen.uid } } : after;
}

/** A run that no earlier answer named, and that is queued. */
function withNewRun(after: JobState, run: SeenRun | undefined): JobState | undefined {
  const { job, pastRuns } = after;
  if (job === undefined || run === undefined || run.isReplay || !run.isLive) return undefined;
  if ([...job.live, ...job.ended, ...pastRuns].includes(run.id)) return undefined;
  return { ...after, job: { ...job, live: [...job.live, run.id].toSorted() } };
}

function withKey(
  after: JobState,
  key: string,
  isReplay: boolean | undefined,
  run: SeenRun | undefined,
): JobState | undefined {
  const { job } = after;
  if (job === undefined || run === undefined || run.isReplay !== isReplay) return undefined;
  const known = job.runs[key];
  if (known !== undefined) {
    return run.id === known && run.isLive === job.live.includes(run.id) ? after : undefined;
  }
  const made = withNewRun(after, { ...run, isReplay: false });
  if (made?.job === undefined) return undefined;
  return { ...made, job: { ...made.job, runs: { ...made.job.runs, [key]: run.id } } };
}
