import { Cron } from 'croner';
import type { Contestant } from '../contestant.ts';
import { cronPatternOf } from './cron-pattern.ts';

const NO_QUEUE = 'has no queue: only schedules, in memory';

/** The floor: a timer for each job that stores nothing, so that all is lost when the process ends. */
export const croner: Contestant = {
  name: 'croner',
  label: 'croner (in memory)',
  role: 'floor',
  packages: ['croner'],
  needs: 'memory',
  // 100,000 of its schedules do not fit into V8's default heap.
  nodeOptions: ['--max-old-space-size=16384'],
  settings: 'Node.js with `--max-old-space-size=16384`',
  pace: { registers: 5_000, drains: 0 },
  keepsHistory: false,
  cannot: {
    drain: NO_QUEUE,
    tenants: NO_QUEUE,
    pickup: NO_QUEUE,
    api: NO_QUEUE,
    kill: 'stores nothing, so runs in progress are lost',
    'kill-short': 'stores nothing, so runs in progress are lost',
  },
  notes: {
    'recurring-10k': 'stores nothing; its schedules are on whole seconds, so 1,000 jobs are due at once',
    'recurring-100k': 'stores nothing; its schedules are on whole seconds, so 10,000 jobs are due at once',
    grid: 'stores nothing',
    'register-10k': 'stores nothing',
    'register-100k': 'stores nothing; with V8’s default memory limit, two rounds failed',
  },
  async open() {
    const jobs: Cron[] = [];
    let handle: (slot: number) => Promise<void> | undefined = () => undefined;
    const refuse = () => Promise.reject(new Error(NO_QUEUE));
    return {
      queue: refuse,
      trigger: refuse,
      count: refuse,
      async work(work) {
        handle = work.handle;
      },
      async register(asked) {
        for (const job of asked) {
          const options = { startAt: new Date(job.firstAt - EARLY_MS) };
          jobs.push(new Cron(cronPatternOf(job), options, () => handle(latestSlot())));
        }
      },
      async close() {
        for (const job of jobs) job.stop();
      },
    };
  },
};

/** `startAt` is just before the first slot, so that this slot runs. */
const EARLY_MS = 500;

/** Timers may fire a little early. */
function latestSlot(): number {
  return Math.floor((Date.now() + 5) / 1_000) * 1_000;
}
