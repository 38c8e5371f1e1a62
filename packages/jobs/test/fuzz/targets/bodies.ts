import { parseWholeMs } from '../../../src/core/time/duration.ts';
import { fetchMount } from '../../rest/mounts/fetch-mount.ts';
import { type Answer, type RestServer, startRestServer } from '../../rest/rest-server.ts';
import { check, checkAdvice, checkSame } from '../oracle.ts';

const REFUSALS = [400, 409, 413, 422];
/** An error may repeat what it refuses. */
const LONGEST_DETAIL = 3_000;

let started: Promise<RestServer> | undefined;

/**
 * The body of a job: it is refused with its faults, or saved and read back as it was sent. A second `PUT` of it
 * changes nothing.
 */
export async function fuzz(bytes: Uint8Array): Promise<void> {
  started ??= startRestServer(fetchMount, {}, { autoRun: false });
  const server = await started;
  const post = await send(server, 'POST', '/jobs', bytes);
  if (post.statusCode !== 201) return checkRefusal(post);
  const job: JobBody = post.json();
  try {
    await checkSaved(server, job, bytes);
  } finally {
    checkSame(
      (await send(server, 'DELETE', `/jobs/${job.id}`)).statusCode,
      204,
      'the status of the deletion',
    );
  }
}

type JobBody = Readonly<Record<string, unknown>> & { readonly id: string };

async function checkSaved(server: RestServer, job: JobBody, bytes: Uint8Array): Promise<void> {
  const path = `/jobs/${job.id}`;
  const read = await send(server, 'GET', path);
  checkSame(read.statusCode, 200, 'the status of the saved job');
  checkSame(read.json(), job, 'the job that was saved');
  const sent: JobBody = JSON.parse(Buffer.from(bytes).toString());
  for (const [field, value] of Object.entries(sent)) checkField(field, value, job);
  const put = await send(server, 'PUT', path, bytes);
  checkSame(put.statusCode, 200, `the status of a PUT of the same body: ${put.body}`);
  checkSame(put.json<JobBody>().version, job.version, 'the version after a PUT of the same body');
}

/** A job has what was sent, and maybe more: the defaults of its type. Times are written in UTC. */
function checkField(field: string, sent: unknown, job: JobBody): void {
  const saved = job[field];
  // Nobody reads a secret.
  if (JSON.stringify(saved).includes('[secret]')) return;
  if (field === 'tags' || field === 'alerts')
    return checkSame(new Set(saved as string[]).size, new Set(sent as string[]).size, field);
  if (/_at$/.test(field)) return checkSame(Date.parse(String(saved)), Date.parse(String(sent)), field);
  if (typeof sent !== 'object' || sent === null) return checkSame(comparable(saved), comparable(sent), field);
  for (const [key, value] of Object.entries(sent))
    checkSame(comparable(Object(saved)[key]), comparable(value), `${field}.${key}`);
}

/** A duration may be written in another way: `72s` as `1m12s`. */
function comparable(value: unknown): unknown {
  const parsed = typeof value === 'string' ? parseWholeMs(value) : undefined;
  return parsed?.ok === true ? parsed.value : value;
}

function checkRefusal({ statusCode, body, json }: Answer): void {
  check(REFUSALS.includes(statusCode), () => `answers ${statusCode}: ${body}`);
  const {
    status,
    title,
    detail,
    errors = [],
  }: Readonly<Record<string, unknown>> & { readonly errors?: readonly Fault[] } = json();
  checkSame(status, statusCode, 'the status in the problem');
  check(typeof title === 'string' && title !== '', () => `a problem without a title: ${body}`);
  // This detail repeats a part of the body, which may look like a value of the program.
  if (detail !== undefined && !/is not valid JSON/.test(String(detail)))
    checkAdvice(String(detail), LONGEST_DETAIL);
  check(detail !== undefined || errors.length > 0, () => `a problem without a fault: ${body}`);
  for (const fault of errors) {
    check(/^(\/|$)/.test(fault.pointer), () => `a fault without a field: ${body}`);
    checkAdvice(`${fault.pointer} ${fault.detail}`, LONGEST_DETAIL);
  }
}

interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

function send(server: RestServer, method: string, path: string, bytes?: Uint8Array): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  return server.send({ method, url: `/api${path}`, headers, payload: bytes && Buffer.from(bytes) });
}
