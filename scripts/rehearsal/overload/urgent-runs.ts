import { setTimeout as delay } from 'node:timers/promises';
import { getRun, trigger, until } from '../node.ts';
import type { Target } from './target.ts';

const EVERY_MS = 1_000;
const WAIT_MS = 60_000;

/** Triggers a run of high priority each second, and measures until it has ended. */
export function watchUrgentRuns({ server, token }: Target) {
  const times: number[] = [];
  let isOver = false;
  const loop = (async () => {
    for (; !isOver; await delay(EVERY_MS)) {
      const from = performance.now();
      const run = await trigger(server.url, token, 'urgent').catch(() => undefined);
      // A refused trigger is counted by the probe of writes.
      if (run === undefined) continue;
      await until('the urgent run has ended', WAIT_MS, async () => {
        const seen = await getRun(server.url, token, run.id).catch(() => undefined);
        return seen?.status === 'succeeded' ? true : undefined;
      });
      times.push(performance.now() - from);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await loop;
      return times;
    },
  };
}
