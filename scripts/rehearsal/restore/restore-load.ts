import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import { ask, type Node } from '../node.ts';
import { scheduleMails } from '../steps.ts';

/** Jobs with a grid of a second. */
export const GRID = ['grid-1', 'grid-2', 'grid-3', 'grid-4'] as const;
export const GRID_MS = 1_000;
/** A run asked for by hand waits this long, so that a backup finds many that have not run. */
const WAIT_MS = 2_000;
const MAIL_MS = 15;
const PAUSE_MS = 25;

export interface Acknowledged {
  readonly id: string;
  /** When the client had the answer. */
  readonly at: number;
  /** When the client sent the request. */
  readonly sentAt: number;
}

export interface Load {
  readonly runs: readonly Acknowledged[];
  createLateJob(): Promise<void>;
  stop(): Promise<void>;
}

export async function prepareLoad([node]: readonly Node[], token: string): Promise<void> {
  if (node === undefined) throw new Error('a node is required');
  const make = (body: object) => ask({ url: node.url, token, path: '/api/jobs', method: 'POST', body });
  const grid = { type: 'update_search_index', interval: `${GRID_MS / 1_000}s` };
  for (const id of GRID) await make({ id, name: id, ...grid });
  const mails = { type: 'send_notifications', on_demand: true };
  await make({
    id: 'by-hand',
    name: 'By hand',
    ...mails,
    overlap: 'allow',
    payload: { template: 'welcome' },
  });
  await make({ id: 'mails', name: 'Mails', ...mails });
  await scheduleMails(node, token);
  await ask({ url: node.url, token, path: '/api/jobs/mails/runs', method: 'POST', body: {} });
}

/** Asks each node for runs, one after the other, until it is stopped. */
export function startLoad(nodes: readonly Node[], token: string): Load {
  const runs: Acknowledged[] = [];
  let isOver = false;
  const loops = nodes.map(async ({ url }) => {
    while (!isOver) {
      const sentAt = Date.now();
      const body = { run_at: new Date(sentAt + WAIT_MS).toISOString() };
      const made = await ask({ url, token, path: '/api/jobs/by-hand/runs', method: 'POST', body });
      runs.push({ id: String(Object(made).id), at: Date.now(), sentAt });
      await delay(PAUSE_MS);
    }
  });
  return {
    runs,
    async createLateJob() {
      const body = { id: 'late', name: 'Late', type: 'update_search_index', on_demand: true };
      await ask({ url: nodes[0]?.url ?? '', token, path: '/api/jobs', method: 'POST', body });
    },
    async stop() {
      isOver = true;
      await Promise.all(loops);
    },
  };
}

export interface Mailbox {
  readonly url: string;
  /** The `Message-ID` of each mail that arrived, in order. */
  readonly mails: readonly { readonly id: string; readonly at: number }[];
  close(): void;
}

export async function startMailbox(): Promise<Mailbox> {
  const mails: { id: string; at: number }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      // A killed node breaks its connections, also in the middle of a mail.
      text(stream).then(async (mail) => {
        await delay(MAIL_MS);
        mails.push({ id: /^Message-ID: (.+)$/im.exec(mail)?.[1] ?? '', at: Date.now() });
        done();
      }, done);
    },
  });
  server.on('error', () => undefined);
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('The mail server has no port.');
  return { url: `smtp://127.0.0.1:${address.port}`, mails, close: () => server.close(() => undefined) };
}
