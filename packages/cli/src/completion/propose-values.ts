import {
  type Connection,
  connect,
  listJobs,
  listJobTags,
  listJobTypes,
  listRuns,
} from '@greenvue/jobs/client';
import type { CliContext } from '../context.ts';
import { serverOf } from '../rest/server-of.ts';

/** Short, because a person waits for the completion. */
const TIMEOUT_MS = 1_500;
const MOST = 50;
const NO_FLAGS = { url: undefined, token: undefined, tokenFile: undefined, header: undefined };

/** Ids of jobs for completion; none if there is no server or no permission. */
export function jobIds(context: CliContext, partial: string): Promise<readonly string[]> {
  return proposed(context, async (api) => {
    const { data } = await listJobs(api, { limit: MOST, ...(partial === '' ? {} : { q: partial }) });
    return data.map(({ id }) => id);
  });
}

/** Ids of the latest runs. */
export function runIds(context: CliContext): Promise<readonly string[]> {
  return proposed(context, async (api) => {
    const { data } = await listRuns(api, { limit: MOST });
    return data.map(({ id }) => id);
  });
}

/** The names of the job types. */
export function typeNames(context: CliContext): Promise<readonly string[]> {
  return proposed(context, async (api) => (await listJobTypes(api)).map(({ type }) => type));
}

/** The tags in use. */
export function tagNames(context: CliContext): Promise<readonly string[]> {
  return proposed(context, async (api) => (await listJobTags(api)).map(({ tag }) => tag));
}

async function proposed(
  context: CliContext,
  ask: (api: Connection) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  try {
    const server = await serverOf(context, NO_FLAGS);
    return await ask(connect({ ...server, retries: 0, timeoutMs: TIMEOUT_MS }));
  } catch {
    // Completion has no way to show an error.
    return [];
  }
}
