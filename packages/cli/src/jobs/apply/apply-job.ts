import {
  ApiError,
  type Connection,
  ConnectionError,
  type Fault,
  findJob,
  getJob,
  type Job,
  type JobType,
  previewSchedule,
  putJob,
} from '@greenvue/jobs/client';
import { CliError, EXIT } from '../../exit-code.ts';
import { restFault, type TargetServer } from '../../rest/rest-fault.ts';
import { printable } from '../../terminal/printable.ts';
import { definitionAfterPut, definitionOf, isSameDefinition } from '../definition/definition.ts';
import { definitionDiff } from '../definition/definition-diff.ts';
import { hasSecret } from '../definition/secret-payload.ts';
import type { FileJob } from './read-jobs.ts';

export type Outcome = 'created' | 'changed' | 'unchanged' | 'failed';

/** The outcome of applying a job of a file, or of a dry run. */
export interface Applied {
  readonly id: string;
  readonly outcome: Outcome;
  /** A unified diff, line by line. */
  readonly diff: readonly string[];
  readonly nextRun: string | undefined;
  /** The error of a failed job. */
  readonly fault: CliError | undefined;
}

export interface Applier {
  readonly api: Connection;
  readonly target: TargetServer;
  readonly types: readonly JobType[];
  readonly dryRun: boolean | undefined;
  /** The ids of all jobs that are applied together. */
  readonly inFile: ReadonlySet<string>;
  readonly interrupted: AbortSignal;
}

/**
 * Applies a job of a file; never rejects. After the server became unreachable, or after Ctrl-C, further jobs
 * fail without a try.
 */
export function createApplier(applier: Applier): (job: FileJob) => Promise<Applied> {
  let isLost = false;
  const fail = (id: string, fault: CliError): Applied => ({
    id,
    outcome: 'failed',
    diff: [],
    nextRun: undefined,
    fault,
  });
  return async (job) => {
    if (applier.interrupted.aborted)
      return fail(job.id, new CliError('Not tried: the command was interrupted.'));
    if (isLost) return fail(job.id, new CliError('Not tried: the server is unreachable.', EXIT.noServer));
    try {
      return await applyJob(job, applier);
    } catch (error) {
      isLost ||= error instanceof ConnectionError;
      return fail(job.id, ofJob(job, restFault(error, applier.target)));
    }
  };
}

const NOT_VALID = /^The (request [A-Z]+ \S+|job ".*"|schedule) is not valid\.$/;

/** The fault with the job, its file and line, and the field: the server names the request, or the job. */
function ofJob({ id, place }: FileJob, { message, exitCode, cause }: CliError): CliError {
  const job = `The job "${printable(id)}" (${place})`;
  const [first = '', ...lines] = message.split('\n');
  const field = NOT_VALID.test(first) ? '' : fieldOf(cause);
  if (field !== '') lines.unshift(`  ${printable(field)} ${first}`);
  const said = field !== '' || NOT_VALID.test(first) ? `${job} is not valid.` : `${job}: ${first}`;
  return new CliError([said, ...lines].join('\n'), exitCode, { cause });
}

/** The field that the message of an error is about, which the message itself may not name; empty: none. */
function fieldOf(error: unknown): string {
  if (!(error instanceof ApiError)) return '';
  return error.faults.find(({ detail }) => detail === error.detail)?.pointer ?? '';
}

async function applyJob(
  { id, body, place }: FileJob,
  { api, types, dryRun, inFile }: Applier,
): Promise<Applied> {
  const now = await findJob(api, id);
  const type = types.find((known) => known.type === body.type);
  const before = now === undefined ? undefined : definitionOf(now);
  const after = definitionAfterPut(body, { id, type, now });
  const by = place.replace(/:\d+$/, '');
  const diff = definitionDiff({ before, after, id, by });
  const applied = { id, diff, fault: undefined };
  const isSame = now !== undefined && before !== undefined && isSameDefinition(before, after);
  if (isSame && (dryRun || !hasSecret(body.payload, type))) {
    const told = hasSecret(body.payload, type) ? [UNKNOWN_SECRETS] : [];
    return { ...applied, diff: told, outcome: 'unchanged', nextRun: now.next_run ?? undefined };
  }
  const outcome = now === undefined ? 'created' : 'changed';
  if (dryRun) {
    return { ...applied, outcome, nextRun: await nextRunOf(api, { id, body }, inFile) };
  }
  const job = await putOrFind(api, { id, body, now, type });
  // The server decides which values are equal.
  const isNoEdit = now !== undefined && job.uid === now.uid && job.version === now.version;
  return { ...applied, outcome: isNoEdit ? 'unchanged' : outcome, nextRun: job.next_run ?? undefined };
}

/**
 * The next run of a job by a dry run. The server checks links to jobs last, so that a link to a job of the
 * file, which a real apply makes first, is the only fault of its answer (A13).
 */
async function nextRunOf(
  api: Connection,
  { id, body }: Pick<FileJob, 'id' | 'body'>,
  inFile: ReadonlySet<string>,
): Promise<string | undefined> {
  try {
    return (await previewSchedule(api, { ...body, id, count: 1 })).times[0];
  } catch (error) {
    const linked = new Map([
      ['/after/job', body.after?.job],
      ['/only_if/job', body.only_if?.job],
    ]);
    const isOfFile = ({ pointer }: Fault) => inFile.has(linked.get(pointer) ?? '');
    if (error instanceof ApiError && error.faults.length > 0 && error.faults.every(isOfFile))
      return undefined;
    throw error;
  }
}

/** The server shows no secret, so nobody can compare without a PUT. */
const UNKNOWN_SECRETS = '# The file has values of secret fields. They are compared when it is applied.';

interface Put {
  readonly id: string;
  readonly body: FileJob['body'];
  readonly now: Job | undefined;
  readonly type: JobType | undefined;
}

/** Puts a job. If the job already equals the file after a try with a lost response, that try succeeded. */
async function putOrFind(api: Connection, { id, body, now, type }: Put): Promise<Job> {
  try {
    return (await putJob(api, id, body, now === undefined ? { createOnly: true } : { ifMatch: now })).job;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 412 || !error.mayBeDone) throw error;
    const job = await getJob(api, id);
    if (!isSameDefinition(definitionOf(job), definitionAfterPut(body, { id, type, now: job }))) throw error;
    return job;
  }
}
