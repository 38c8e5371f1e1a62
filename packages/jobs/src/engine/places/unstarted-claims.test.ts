import { expect, it } from 'vitest';
import { createJob } from '../../core/commands/commands.ts';
import type { Job } from '../../core/model/job.ts';
import type { Priority } from '../../core/model/priority.ts';
import type { ClaimedRun } from '../../core/store/store-passes.ts';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { UnstartedClaims } from './unstarted-claims.ts';

const MINUTE = 60_000;
const NOW = 60 * MINUTE;

function jobOf(priority: Priority): Job {
  const made = createJob(
    {
      id: priority,
      name: priority,
      description: '',
      type: 'work',
      typeVersion: 1,
      schedule: { kind: 'on_demand' },
      payload: '{}',
      overlap: 'allow',
      catchUp: 'once',
      timeoutMs: MINUTE,
      maxAttempts: 1,
      backoff: { initialMs: 1, maxMs: 1, factor: 2, jitter: 0 },
      ...(priority === 'normal' ? {} : { priority }),
    },
    { uid: priority, now: 0 },
  );
  if (!made.ok) throw new Error('the job was refused');
  return made.decision.job;
}

const JOBS = [jobOf('high'), jobOf('normal'), jobOf('low')];

/** Runs in the order of their starts, of claims that arrive one after the other. */
function startsOf(
  claims: readonly (readonly [priority: Priority, dueMinutesAgo: number, isSlot?: 'slot'][])[],
) {
  const unstarted = new UnstartedClaims(createFakeClock(NOW));
  for (const claim of claims) {
    const runs = claim.map(
      ([priority, ago, isSlot]): ClaimedRun => ({
        id: `${priority} ${ago}`,
        job: JOBS.findIndex(({ id }) => id === priority),
        fence: 1,
        attempt: 1,
        availableAt: NOW - ago * MINUTE,
        started: false,
        catchUp: false,
        missed: 0,
        ...(isSlot === undefined ? {} : { hasPriority: true }),
      }),
    );
    unstarted.add({ now: NOW, jobs: JOBS, runs });
  }
  return Array.from({ length: claims.flat().length }, () => unstarted.next()?.run.id);
}

it('L12: a run that is claimed later starts before lower ones that the node holds', () => {
  expect(
    startsOf([
      [
        ['normal', 1],
        ['normal', 0],
        ['low', 1],
      ],
      [['high', 0]],
    ]),
  ).toEqual(['high 0', 'normal 1', 'normal 0', 'low 1']);
});

it('L12: not before those that became due long before it', () => {
  expect(
    startsOf([
      [
        ['normal', 3],
        ['low', 5.4],
      ],
      [['high', 0]],
    ]),
  ).toEqual(['normal 3', 'low 5.4', 'high 0']);
});

it('L14: a slot that was claimed before older runs keeps its place', () => {
  expect(
    startsOf([
      [
        ['normal', 0, 'slot'],
        ['normal', 9],
      ],
      [['high', 9]],
    ]),
  ).toEqual(['normal 0', 'high 9', 'normal 9']);
});

it('runs of one priority start in the order of their claims', () => {
  expect(startsOf([[['low', 1]], [['low', 2]]])).toEqual(['low 1', 'low 2']);
});
