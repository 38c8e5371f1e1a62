import { setTimeout as delay } from 'node:timers/promises';
import { ask } from '../node.ts';

/** What the API has acknowledged. */
export type DiskFact =
  | { readonly kind: 'run' | 'job' | 'mail'; readonly id: string }
  /** The job has this number as its name. */
  | { readonly kind: 'name'; readonly id: string; readonly name: number };

export interface DiskLoad {
  readonly facts: readonly DiskFact[];
  /** How often each status and advice was answered, such as `503: The disk of the server is full. …`. */
  readonly refusals: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

const CLIENTS = 3;
const PAUSE_MS = 10;

export async function prepareDiskLoad(url: string, token: string): Promise<void> {
  const create = (body: object) =>
    ask({ url, token, path: '/api/jobs', method: 'POST', body: { type: 'update_search_index', ...body } });
  await create({ id: 'by-hand', name: '0', on_demand: true, overlap: 'allow' });
  await create({ id: 'often', name: 'Often', interval: '200ms' });
}

/** Clients that start runs, create and edit jobs, and queue mails, and remember each answer. */
export function startDiskLoad(url: string, token: string): DiskLoad {
  const facts: DiskFact[] = [];
  const refusals = new Map<string, number>();
  let isOver = false;
  let made = 0;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const send = async (method: string, path: string, body: object): Promise<string | undefined> => {
    const answer = await fetch(url + path, {
      method,
      headers,
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    }).catch(() => undefined);
    const text = await answer?.text().catch(() => undefined);
    if (answer?.ok === true && text !== undefined) return idOf(text);
    const refusal = answer === undefined ? 'no answer' : refusalOf(answer, text ?? '');
    refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1);
    return undefined;
  };
  const tell = (id: string | undefined, fact: (id: string) => DiskFact) => {
    if (id !== undefined) facts.push(fact(id));
  };
  const client = async () => {
    while (!isOver) {
      made += 1;
      const name = made;
      const job = { id: `job-${name}`, name: 'New', type: 'update_search_index', on_demand: true };
      tell(await send('POST', '/api/jobs/by-hand/runs', {}), (id) => ({ kind: 'run', id }));
      const created = await send('POST', '/api/jobs', job);
      tell(created, (id) => ({ kind: 'job', id }));
      if (created !== undefined) {
        const edited = await send('PATCH', `/api/jobs/${created}`, { name: String(name) });
        tell(edited, (id) => ({ kind: 'name', id, name }));
      }
      tell(await send('POST', '/api/notifications', MAIL), (id) => ({ kind: 'mail', id }));
      await delay(PAUSE_MS);
    }
  };
  const clients = Array.from({ length: CLIENTS }, client);
  return {
    facts,
    refusals,
    async stop() {
      isOver = true;
      await Promise.all(clients);
    },
  };
}

const MAIL = { email: 'reader@example.com', data: { title: 'Mail', message: 'Hello.' } };

function idOf(text: string): string {
  return String(Object(JSON.parse(text)).id);
}

function refusalOf({ status, headers }: Response, text: string): string {
  const again = headers.has('retry-after') ? '' : ' without Retry-After';
  const { detail } = Object(text.startsWith('{') ? JSON.parse(text) : {});
  return `${status}${again}: ${detail ?? text}`;
}
