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
  const known: Known = { tags: [], runIds: [] };
  const client = async () => {
    for (let n = 0; n < round.requestsPerClient; n++) history.push(await record(round, known));
  };
  await Promise.all(Array.from({ length: round.clients }, client));
  history.push(await send(round, { kind: 'get' }, ANSWER_MS));
  // A read without an answer says nothing.
  return history.filter(({ input, output }) => output !== undefined || !input.kind.startsWith('get'));
}

/** What answers have named so far. */
interface Known {
  readonly tags: string[];
  readonly runIds: string[];
}

async function record(round: Round, known: Known): Promise<JobOperation> {
  const { random, lostShare } = round;
  const request = chooseRequest(random, known);
  const waitMs = random() < lostShare ? 1 + random() * MOST_WAIT_BEFORE_LOSS_MS : ANSWER_MS;
  const operation = await send(round, request, waitMs);
  const { job, run } = operation.output ?? {};
  if (job !== undefined) known.tags.push(`"${job.uid}.${job.version}"`);
  if (run !== undefined) known.runIds.push(run.id);
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

const KINDS = [
  ...['create', 'put', 'put', 'patch', 'patch', 'get', 'get', 'get', 'pause', 'resume', 'delete'],
  ...['trigger', 'trigger', 'cancel', 'retry', 'get run', 'get run'],
];

/** Few dedupe keys, and the latest tags and runs, so that requests of several clients meet. */
function chooseRequest(random: () => number, { tags, runIds }: Known): JobRequest {
  const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
  const kind = pick(KINDS);
  const name = `name ${Math.floor(random() * 1_000)}`;
  const tag = random() < 0.6 ? pick(tags.slice(-3)) : undefined;
  const ifMatch = tag === undefined ? {} : { ifMatch: tag };
  const runId = pick(runIds.slice(-3));
  switch (kind) {
    case 'create':
      return { kind, name };
    case 'put':
    case 'patch':
      return { kind, name, ...ifMatch };
    case 'pause':
      return { kind, reason: name };
    case 'resume':
      return { kind };
    case 'trigger':
      return { kind, key: `key ${Math.floor(random() * 3)}` };
    case 'delete':
      return { kind, ...ifMatch };
    case 'cancel':
    case 'retry':
    case 'get run':
      return runId === undefined ? { kind: 'get' } : { kind, runId };
    default:
      return { kind: 'get' };
  }
}
