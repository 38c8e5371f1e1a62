// Alerts over a real webhook (P24). On an idle node: from the end of a failed run to its webhook, 200 times.
// Then 10,000 jobs that all fail once a minute, without a channel and with one, for 3 minutes each: how late runs
// start, CPU, memory, messages. Argument `postgres`: on a PostgreSQL 18 of its own. Further arguments: jobs,
// minutes. Aims: p99 under 1 s; digests; no run late because of alerts; flat memory; each job is told.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadavg } from 'node:os';
import { json } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Engine } from '@greenvue/jobs';
import { type Ground, onGround } from './support/ground.ts';
import { count, megabytes, ms, percentile, row, sleep } from './support/measure.ts';
import { engineOn, noopType } from './support/noop.ts';

const [asked, jobs = '10000', minutes = '3'] = process.argv.slice(2);
const JOBS = Number(jobs);
const MINUTES = Number(minutes);
const MINUTE_MS = 60_000;
/** A channel gets at most 10 messages in a minute. */
const CHANNELS = 20;
const EACH = 10;
const GAP_MS = 200;

const nothing = (): void => undefined;
/** Each run fails. */
const QUIET = { debug: nothing, info: nothing, warn: nothing, error: nothing };

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

interface Message {
  readonly data: { readonly count: number; readonly alerts: readonly { readonly run_id: string }[] };
}

/** A receiver of webhooks. */
async function receive(arrived: (message: Message, at: number) => void) {
  const server = createServer(async (request, response) => {
    const message = (await json(request)) as Message;
    arrived(message, Date.now());
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => void server.close().closeAllConnections(),
  };
}

/** p50, p99 and the longest. */
const spread = (values: readonly number[]) =>
  `p50 ${ms(percentile(values, 0.5))}, p99 ${ms(percentile(values, 0.99))}, max ${ms(percentile(values, 1))}`;
const load = () => `load ${loadavg()[0]?.toFixed(1)}`;

async function until(isTrue: () => boolean, withinMs: number): Promise<void> {
  for (const end = Date.now() + withinMs; !isTrue() && Date.now() < end; ) await sleep(20);
}

function failingEngine(ground: Ground, started: (slot: number | undefined) => void): Engine {
  const type = noopType((slot) => {
    started(slot);
    throw new Error('disk full');
  });
  return engineOn(ground.createStore, type, { outbound: { allow: ['127.0.0.1'] }, logger: QUIET });
}

async function onIdleNode(ground: Ground): Promise<void> {
  const arrived = new Map<string, number>();
  const receiver = await receive(({ data }, at) => {
    for (const alert of data.alerts) arrived.set(alert.run_id, at);
  });
  const engine = failingEngine(ground, nothing);
  await engine.start();
  const channel = { kind: 'webhook', config: { url: receiver.url } };
  for (let n = 0; n < CHANNELS; n++)
    await engine.createAlertChannel({ id: `channel-${n}`, ...channel, allJobs: false });
  const failed = Array.from({ length: CHANNELS * EACH }, (_, n) => ({ id: `job-${n}`, name: `Job ${n}` }));
  for (const [n, job] of failed.entries()) {
    const alerts = [`channel-${n % CHANNELS}`];
    await engine.createJob({ ...job, type: 'noop', onDemand: true, maxAttempts: 1, alerts });
  }
  for (const { id } of failed) {
    await engine.trigger(id);
    await sleep(GAP_MS);
  }
  await until(() => arrived.size === failed.length, MINUTE_MS);
  const took: number[] = [];
  for (const [runId, at] of arrived) {
    const { run } = await engine.getRun(runId);
    if ('finishedAt' in run) took.push(at - run.finishedAt);
  }
  row(
    `an idle node: from the end of a failed run to its webhook, on ${ground.name}`,
    `${took.length} of ${failed.length} arrived`,
    spread(took),
    load(),
  );
  await engine.stop();
  receiver.close();
}

async function storm(ground: Ground, hasChannel: boolean): Promise<void> {
  const lateness: number[] = [];
  let messages = 0;
  let told = 0;
  const receiver = await receive(({ data }) => {
    messages += 1;
    told += data.count;
  });
  const from = Date.now() + 10_000 + JOBS * (ground.name === 'SQLite' ? 1 : 5);
  const end = from + MINUTES * MINUTE_MS;
  const engine = failingEngine(ground, (slot = 0) => {
    if (slot >= from && slot < end) lateness.push(Date.now() - slot);
  });
  await engine.start();
  const channel = { kind: 'webhook', config: { url: receiver.url } };
  if (hasChannel) await engine.createAlertChannel({ id: 'ops', ...channel });
  await Promise.all(
    Array.from({ length: JOBS }, (_, n) => {
      const startAt = new Date(from + Math.floor((n * MINUTE_MS) / JOBS)).toISOString();
      const job = { id: `job-${n}`, name: `Job ${n}`, type: 'noop', maxAttempts: 1 };
      return engine.createJob({ ...job, interval: '1m', startAt });
    }),
  );
  if (Date.now() > from) throw new Error('creating the jobs took too long: nothing was measured');
  await sleep(from - Date.now());
  const cost = await ground.startCost();
  const memory: string[] = [];
  for (let minute = 1; minute <= MINUTES; minute++) {
    await sleep(from + minute * MINUTE_MS - Date.now());
    collectGarbage();
    const { rss, heapUsed } = process.memoryUsage();
    memory.push(`${megabytes(rss)} (heap ${megabytes(heapUsed)})`);
  }
  const { cpuMs, server } = await cost();
  if (hasChannel) await until(() => told >= JOBS, 2 * MINUTE_MS);
  row(
    `${count(JOBS)} failing jobs a minute, ${hasChannel ? 'one channel' : 'no channel'}, on ${ground.name}`,
    `${count(lateness.length)} runs, late ${spread(lateness)}`,
    `CPU ${ms(cpuMs)}${server === undefined ? '' : `, server ${ms(server.cpuMs)}`}; memory ${memory.join(', ')}`,
    `${messages} messages of ${count(told)} alerts; ${load()}`,
  );
  await engine.stop();
  receiver.close();
}

await onGround(asked, 1, onIdleNode);
for (const hasChannel of [false, true]) await onGround(asked, 1, (ground) => storm(ground, hasChannel));
