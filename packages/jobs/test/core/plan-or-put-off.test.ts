import { expect, it } from 'vitest';
import { NO_LIVE_RUNS } from '../../src/core/job.ts';
import { planOrPutOff } from '../../src/core/slots.ts';
import { definition, Simulation } from './simulation.ts';

const T0 = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

it('P4: a job that can not be planned is put off by a minute, and keeps its next run', () => {
  const { job } = new Simulation(definition({ kind: 'cron', cron: '* * * * *', timezone: 'UTC' }), T0);
  const nowhere = { ...job, schedule: { kind: 'cron', cron: '* * * * *', timezone: 'No/Where' } } as const;
  const now = T0 + MINUTE;
  const { decision, fault } = planOrPutOff(nowhere, NO_LIVE_RUNS, now);
  expect(String(fault)).toMatch(/No\/Where|time zone/i);
  expect(decision).toEqual({
    job: { ...nowhere, wakeAt: now + MINUTE },
    moves: [],
    skip: [],
    queue: [],
  });
  expect(planOrPutOff(job, NO_LIVE_RUNS, now)).toMatchObject({
    decision: { queue: [{ scheduledFor: now }] },
  });
});
