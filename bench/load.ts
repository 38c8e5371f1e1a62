import { Agent, get as request } from 'node:http';
import autocannon from 'autocannon';
import { percentile, sleep } from './measure.ts';

export interface Load {
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
  readonly failed: number;
}

export interface FixedRate {
  readonly perSecond: number;
  readonly seconds: number;
  /** Asked now and then; false ends it. Default: always. */
  readonly whileTrue?: () => boolean | Promise<boolean>;
}

/** Requests at fixed instants, measured from the instant on: a server that stalls can't slow the clock (no coordinated omission). */
export async function fixedRate(
  url: string,
  { perSecond, seconds, whileTrue = () => true }: FixedRate,
): Promise<Load> {
  const times: number[] = [];
  let failed = 0;
  const begin = performance.now();
  const open: Promise<void>[] = [];
  const agent = new Agent({ keepAlive: true });
  for (let n = 0; n < perSecond * seconds; n++) {
    const at = begin + (n * 1_000) / perSecond;
    const wait = at - performance.now();
    if (wait > 1) await sleep(wait);
    if (n % 50 === 0 && !(await whileTrue())) break;
    // A timer may fire a little early.
    const from = Math.min(at, performance.now());
    open.push(
      statusOf(url, agent).then((status) => {
        if (status !== 200) failed++;
        times.push(performance.now() - from);
      }),
    );
  }
  await Promise.all(open);
  agent.destroy();
  return {
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    perSecond: times.length / ((performance.now() - begin) / 1_000),
    failed,
  };
}

/** Bare `node:http`: a client that makes less garbage than `fetch` measures less of itself. */
function statusOf(url: string, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    }).on('error', reject);
  });
}

/** As many requests as 20 connections get through. */
export async function saturated(url: string, seconds: number): Promise<autocannon.Result> {
  return autocannon({ url, connections: 20, duration: seconds });
}
