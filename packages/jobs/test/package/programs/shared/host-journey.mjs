import { setTimeout } from 'node:timers/promises';
import { connect, enqueue, enqueueAndWait, jobEvents } from '@greenvue/jobs/client';
import { API, CONSOLE, TOKEN } from './host-jobs.mjs';

const GIVE_UP_MS = 120_000;

/**
 * What must work on each server: the console, the login, runs, the limit of bodies, event streams, a client
 * that disconnects, and a shutdown by SIGTERM that ends an open stream, the server and the process. Prints
 * what it has seen as JSON. `close` ends the server in order; `ask` replaces `fetch`.
 */
export async function hostJourney(jobs, { url, close, ask = fetch }) {
  const connection = connect({ url: url + API, token: TOKEN, fetch: ask });
  const get = (path, init) => ask(`${url}${path}`, init);
  const openStream = (signal) => get(`${API}/job-events`, { headers: bearer(), signal });
  const seen = {};

  const page = await get(`${CONSOLE}/`);
  const [, script] = /src="\.\/(assets\/[^"]+\.js)"/.exec(await page.text());
  seen.page = page.status;
  seen.script = (await (await get(`${CONSOLE}/${script}`)).text()).length > 1_000;
  seen.stranger = await statusOf(get(`${API}/jobs`));
  const large = { method: 'POST', headers: bearer(), body: JSON.stringify({ name: 'x'.repeat(150_000) }) };
  seen.large = await statusOf(get(`${API}/jobs`, large));
  seen.result = await enqueueAndWait(connection, 'hello', { name: 'Ann' });
  seen.event = await eventOf(connection);

  const client = new AbortController();
  const first = await untilOpen(() => openStream(client.signal));
  seen.secondStream = await statusOf(openStream());
  client.abort();
  // The server has noticed that the client is gone as soon as it allows another stream.
  const last = await untilOpen(() => openStream());
  seen.streams = [first.status, last.status];

  const { id } = await enqueue(connection, 'until_stopped', {});
  await until(async () => (await jobs.getRun(id)).run.status === 'running');
  const stopped = new Promise((resolve) => {
    process.once('SIGTERM', () => resolve(jobs.stop({ serving: close() })));
  });
  process.kill(process.pid, 'SIGTERM');
  await last.text();
  await stopped;
  console.log(JSON.stringify(seen));
}

function bearer() {
  return { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
}

async function statusOf(answer) {
  const response = await answer;
  await response.body?.cancel();
  return response.status;
}

/** Listens to events, makes a run, and returns the type of its last event. */
async function eventOf(connection) {
  const client = new AbortController();
  const onState = (state) => state === 'open' && enqueue(connection, 'hello', { name: 'Bo' });
  for await (const { type } of jobEvents(connection, { signal: client.signal, onState })) {
    if (type === 'run.succeeded') {
      client.abort();
      return type;
    }
  }
  return undefined;
}

/** Opens a stream; waits as long as the server counts another one. */
async function untilOpen(open) {
  let response = await open();
  await until(async () => {
    if (response.status !== 429) return true;
    await response.body?.cancel();
    response = await open();
    return false;
  });
  return response;
}

async function until(condition) {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`It did not happen in ${GIVE_UP_MS} ms: ${condition}`);
    await setTimeout(20);
  }
}
