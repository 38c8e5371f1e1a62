import pg from 'pg';
import { ask, getRun, type Node, trigger, until } from './node.ts';

/** Longer than a lease, a restart or a promotion takes. */
export const WAIT_MS = 60_000;
export const NO_LIMITS = {
  RATE_LIMIT_PER_MINUTE: '100000',
  RATE_LIMIT_OPERATOR_PER_MINUTE: '100000',
  MAIL_PER_ADDRESS_PER_DAY: '1000000',
};
/** More than are sent during the rehearsal. */
const MAILS = 600;

/** Starts a run, and returns its id once it is running. */
export async function running({ url }: Node, token: string, jobId: string): Promise<string> {
  const { id } = await trigger(url, token, jobId);
  await until(`${jobId} runs`, WAIT_MS, async () =>
    (await getRun(url, token, id)).status === 'running' ? true : undefined,
  );
  return id;
}

/** To an address without a user: a user would have to confirm it first. */
export async function scheduleMails({ url }: Node, token: string): Promise<void> {
  for (let n = 0; n < MAILS; n++) {
    const body = { email: 'reader@example.com', data: { title: `Mail ${n}`, message: 'Hello.' } };
    await ask({ url, token, path: '/api/notifications', method: 'POST', body });
  }
}

export function twoOf(nodes: readonly Node[]): readonly [Node, Node] {
  const [one, two] = nodes;
  if (one === undefined || two === undefined) throw new Error('two nodes are required');
  return [one, two];
}

export async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

export async function query(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = await connected(url);
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
