import type { JobAnswer, JobRequest } from './job-model.ts';
import type { Recording } from './record-history.ts';
import { sendJobRequest } from './send-job-request.ts';
import type { Servers } from './send-request.ts';

/** What answers have named so far. */
interface Known {
  readonly tags: string[];
  readonly runIds: string[];
}

/** Requests of all kinds for one job id. */
export function jobRecording(
  servers: Servers,
  jobId: string,
  random: () => number,
): Recording<JobRequest, JobAnswer> {
  const known: Known = { tags: [], runIds: [] };
  return {
    random,
    lastRead: { kind: 'get' },
    isRead: ({ kind }) => kind.startsWith('get'),
    choose: () => chooseRequest(random, known),
    async send(input, waitMs) {
      const answer = await sendJobRequest({ servers, random, waitMs, jobId }, input);
      if (answer?.job !== undefined) known.tags.push(`"${answer.job.uid}.${answer.job.version}"`);
      if (answer?.run !== undefined) known.runIds.push(answer.run.id);
      return answer;
    },
  };
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
