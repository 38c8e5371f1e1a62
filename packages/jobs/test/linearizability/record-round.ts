import type { Operation } from './check-history.ts';
import type { JobAnswer, JobRequest } from './job-model.ts';
import { sendRequest } from './send-request.ts';

export type JobOperation = Operation<JobRequest, JobAnswer>;

export interface Round {
  /** Each client sends each request to one of these servers. */
  readonly urls: readonly string[];
  readonly token: string;
  readonly jobId: string;
  readonly clients: number;
  readonly requestsPerClient: number;
  /** From 0 to 1. The order of the answers is not repeatable, the requests of each client are. */
  readonly random: () => number;
  /** The share of requests whose client disconnects within a few milliseconds. */
  readonly lostShare: number;
}

const MOST_WAIT_BEFORE_LOSS_MS = 8;
const ANSWER_MS = 10_000;

/** Sends the requests of all clients at the same time, and records each with one monotonic clock. */
export async function recordRound(round: Round): Promise<JobOperation[]> {
  const history: JobOperation[] = [];
  const tags: string[] = [];
  const client = async () => {
    for (let n = 0; n < round.requestsPerClient; n++) history.push(await record(round, tags));
  };
  await Promise.all(Array.from({ length: round.clients }, client));
  history.push(await send(round, { kind: 'get' }, ANSWER_MS));
  // A read without an answer says nothing.
  return history.filter(({ input, output }) => output !== undefined || input.kind !== 'get');
}

async function record(round: Round, tags: string[]): Promise<JobOperation> {
  const { random, lostShare } = round;
  const request = chooseRequest(random, tags);
  const waitMs = random() < lostShare ? 1 + random() * MOST_WAIT_BEFORE_LOSS_MS : ANSWER_MS;
  const operation = await send(round, request, waitMs);
  const job = operation.output?.job;
  if (job !== undefined) tags.push(`"${job.uid}.${job.version}"`);
  return operation;
}

async function send(round: Round, input: JobRequest, waitMs: number): Promise<JobOperation> {
  const { urls, token, jobId, random } = round;
  const url = urls[Math.floor(random() * urls.length)] ?? '';
  const invokedAt = performance.now();
  const output = await sendRequest({ url, token, jobId, waitMs }, input);
  const answeredAt = performance.now();
  return output === undefined
    ? { input, invokedAt, answeredAt: Number.POSITIVE_INFINITY }
    : { input, output, invokedAt, answeredAt };
}

/** Few names, keys and old tags, so that requests of several clients meet. */
function chooseRequest(random: () => number, tags: readonly string[]): JobRequest {
  const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
  const name = `name ${Math.floor(random() * 1_000)}`;
  const tag = random() < 0.6 ? pick(tags.slice(-3)) : undefined;
  const ifMatch = tag === undefined ? {} : { ifMatch: tag };
  const kinds = [
    'create',
    'put',
    'put',
    'patch',
    'patch',
    'get',
    'get',
    'get',
    'pause',
    'resume',
    'trigger',
    'delete',
  ];
  switch (pick(kinds)) {
    case 'create':
      return { kind: 'create', name };
    case 'put':
      return { kind: 'put', name, ...ifMatch };
    case 'patch':
      return { kind: 'patch', name, ...ifMatch };
    case 'pause':
      return { kind: 'pause', reason: name };
    case 'resume':
      return { kind: 'resume' };
    case 'trigger':
      return { kind: 'trigger', key: `key ${Math.floor(random() * 3)}` };
    case 'delete':
      return { kind: 'delete', ...ifMatch };
    default:
      return { kind: 'get' };
  }
}
