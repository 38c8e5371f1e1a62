import type { SequentialModel } from './check-history.ts';

/** What a client asks of one job id. */
export type JobRequest =
  | { readonly kind: 'create' | 'put' | 'patch'; readonly name: string; readonly ifMatch?: string }
  | { readonly kind: 'delete'; readonly ifMatch?: string }
  | { readonly kind: 'get' | 'resume' }
  | { readonly kind: 'pause'; readonly reason: string }
  | { readonly kind: 'trigger'; readonly key: string };

/** What the answer says. */
export interface JobAnswer {
  readonly status: number;
  readonly job?: SeenJob;
  /** Of a trigger: the run, and whether an earlier request with this key made it. */
  readonly run?: { readonly id: string; readonly isReplay: boolean };
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
}

export interface JobState {
  readonly job: ModelJob | undefined;
  /** Uids of deleted generations: none of them comes back. */
  readonly past: readonly string[];
}

/** One job id, as docs/rest-api.md describes it. Shares no code with the engine. */
export const jobModel: SequentialModel<JobState, JobRequest, JobAnswer> = {
  initial: { job: undefined, past: [] },
  step: (state, request, answer) => outcomes(state, request).flatMap((outcome) => fit(outcome, answer) ?? []),
  changesNothing: ({ kind }, answer) => kind === 'get' || (answer !== undefined && answer.status >= 400),
  keyOf: (state) => JSON.stringify(state),
};

interface Outcome {
  readonly status: number;
  readonly after: JobState;
  /** Of a trigger. */
  readonly key?: string;
  readonly isReplay?: boolean;
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

function created({ past }: JobState, name: string): Outcome {
  const job = { uid: undefined, version: 1, name, pauseReason: undefined, runs: {} };
  return { status: 201, after: { past, job } };
}

/** An edit equal in value changes nothing. */
function edited(state: JobState, job: ModelJob, name: string): Outcome {
  if (job.name === name) return { status: 200, after: state };
  return { status: 200, after: { ...state, job: { ...job, name, version: job.version + 1 } } };
}

function deleted({ past }: JobState, { uid }: ModelJob): Outcome {
  return { status: 204, after: { past: uid === undefined ? past : [...past, uid], job: undefined } };
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
  const { status, after, key, isReplay } = outcome;
  if (answer === undefined) return after;
  if (answer.status !== status) return undefined;
  if (status >= 400 || status === 204) return after;
  return key === undefined ? withJob(after, answer.job) : withRun(after, key, isReplay, answer.run);
}

function withJob(after: JobState, seen: SeenJob | undefined): JobState | undefined {
  const { job, past } = after;
  if (job === undefined || seen === undefined) return undefined;
  const isSame =
    job.version === seen.version && job.name === seen.name && job.pauseReason === seen.pauseReason;
  if (!isSame || (job.uid ?? seen.uid) !== seen.uid || past.includes(seen.uid)) return undefined;
  return job.uid === undefined ? { past, job: { ...job, uid: seen.uid } } : after;
}

function withRun(
  after: JobState,
  key: string,
  isReplay: boolean | undefined,
  run: JobAnswer['run'],
): JobState | undefined {
  const { job, past } = after;
  if (job === undefined || run === undefined || run.isReplay !== isReplay) return undefined;
  if ((job.runs[key] ?? run.id) !== run.id) return undefined;
  // A new run is new: no other key has it.
  if (job.runs[key] === undefined && Object.values(job.runs).includes(run.id)) return undefined;
  return { past, job: { ...job, runs: { ...job.runs, [key]: run.id } } };
}
