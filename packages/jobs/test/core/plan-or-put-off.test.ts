import { describe, expect, it } from 'vitest';
import { NO_LIVE_RUNS } from '../../src/core/model/job.ts';
import { planOrPutOff } from '../../src/core/rules/slots.ts';
import { definition, Simulation } from './simulation.ts';

const T0 = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

// Promise P4, stored next run.
it('a job that cannot be planned is put off by a minute, and keeps its next run', () => {
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

// Promises P14, pause; P16, edit.
describe.each(['once', 'all'] as const)('a job under %s that can not be planned', (catchUp) => {
  const definitionIn = (timezone: string) =>
    definition({ kind: 'cron', cron: '* * * * *', timezone }, { catchUp, overlap: 'queue' });
  const lost = () => {
    const sim = new Simulation(definitionIn('UTC'), T0);
    sim.job = { ...sim.job, ...definitionIn('No/Where') };
    sim.now = T0 + 5 * MINUTE;
    return sim;
  };

  it('is repaired by an edit', () => {
    const sim = lost();
    expect(sim.command({ kind: 'edit', definition: definitionIn('UTC') })).toMatchObject({ ok: true });
    expect(sim.job).toMatchObject({ status: 'active', nextRunAt: T0 + 6 * MINUTE });
  });

  it('is repaired by an edit after its pause has ended, which releases the held runs', () => {
    const sim = new Simulation(definitionIn('UTC'), T0);
    sim.now = T0 + MINUTE;
    sim.plan();
    sim.command({ kind: 'pause', cancelLive: false, until: T0 + 3 * MINUTE });
    sim.job = { ...sim.job, ...definitionIn('No/Where') };
    sim.now = T0 + 5 * MINUTE;
    expect(sim.command({ kind: 'edit', definition: definitionIn('UTC') })).toMatchObject({ ok: true });
    expect(sim.job.status).toBe('active');
    expect(sim.job).not.toHaveProperty('pause');
    expect(sim.rows.filter(({ held }) => held === 'pause')).toEqual([]);
    expect(sim.claim(1)).toMatchObject([{ slot: T0 + MINUTE }]);
  });

  it('is repaired, or paused, also before its next slot', () => {
    const early = () => {
      const sim = lost();
      sim.now = T0;
      return sim;
    };
    const mended = early();
    expect(mended.command({ kind: 'edit', definition: definitionIn('UTC') })).toMatchObject({ ok: true });
    expect(mended.job).toMatchObject({ status: 'active', nextRunAt: T0 + MINUTE });
    const paused = early();
    expect(paused.command({ kind: 'pause', cancelLive: false })).toMatchObject({ ok: true });
    expect(paused.job.status).toBe('paused');
  });

  it('can be paused, repaired and resumed', () => {
    const sim = lost();
    sim.command({ kind: 'pause', cancelLive: false });
    expect(sim.job.status).toBe('paused');
    sim.command({ kind: 'edit', definition: definitionIn('UTC') });
    sim.command({ kind: 'resume' });
    expect(sim.job).toMatchObject({ status: 'active', nextRunAt: T0 + 6 * MINUTE });
  });
});
