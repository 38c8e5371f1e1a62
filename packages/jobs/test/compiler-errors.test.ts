import { beforeAll, expect, test } from 'vitest';
import { compilePrograms } from './compile-programs.ts';

const PROGRAMS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'no-schedule': `
    import type { Jobs, JobType } from '@greenvue/jobs';
    declare const jobs: Jobs;
    declare const rates: JobType<never, 'rates', { base?: string }>;
    await jobs.schedule(rates, { id: 'rates-eur', payload: { base: 'EUR' } });
    export {};
    `,
    'no-payload': `
    import type { Jobs, JobType } from '@greenvue/jobs';
    declare const jobs: Jobs;
    declare const rates: JobType<never, 'rates', { base: string }>;
    await jobs.schedule(rates, { id: 'rates-eur', interval: '1h' });
    export {};
    `,
    'not-listed': `
    import type { Jobs, JobType } from '@greenvue/jobs';
    type Rates = JobType<unknown, 'rates', { base: string }, number>;
    declare const jobs: Jobs<readonly [Rates]>;
    declare const rates: Rates;
    declare const mails: JobType<unknown, 'mails', { to: string }, number>;
    const result: number = await jobs.enqueueAndWait(rates, { base: 'EUR' });
    await jobs.enqueue('rates', { base: 'EUR' });
    jobs.on('run.succeeded', rates, (event) => event.result + result);
    await jobs.schedule(mails, { id: 'mails', interval: '1h', payload: { to: 'ann' } });
    await jobs.enqueue(mails, { to: 'ann' });
    await jobs.enqueueAndWait(mails, { to: 'ann' });
    await jobs.enqueue('rate', { base: 'EUR' });
    jobs.on('run.succeeded', mails, () => undefined);
    export {};
    `,
    'two-schedules': `
    import type { Jobs, JobType } from '@greenvue/jobs';
    declare const jobs: Jobs;
    declare const rates: JobType<never, 'rates', { base?: string }>;
    await jobs.schedule(rates, { id: 'rates-eur', interval: '1h', cron: '0 9 * * *' });
    export {};
    `,
    'in-code': `
    import { createJobs, job, type JobType } from '@greenvue/jobs';
    import { sqlite } from '@greenvue/jobs/sqlite';
    declare const rates: JobType<unknown, 'rates', { base: string }, number, 'inline'>;
    declare const mails: JobType<unknown, 'mails', { to?: string }, number, 'inline'>;
    const store = sqlite('jobs.db');
    const declared = [job(rates, { id: 'a', interval: '1h', payload: { base: 'EUR' } })];
    createJobs({ store, types: [rates], jobs: declared, release: 8 });
    createJobs({ store, types: [rates], jobs: [...declared, job(mails, { id: 'b', interval: '1h' })] });
    job(rates, { id: 'a', interval: '1h', payload: { base: 3 } });
    job(rates, { id: 'a', interval: '1h' });
    job(rates, { id: 'a', interval: '1h', cron: '0 9 * * *', payload: { base: 'EUR' } });
    export {};
    `,
    ends: `
    import type { Jobs, JobType } from '@greenvue/jobs';
    declare const jobs: Jobs;
    declare const rates: JobType<never, 'rates', { base?: string }>;
    const ends = { endAt: new Date(), maxRuns: 3, spread: '10m' };
    await jobs.schedule(rates, { id: 'a', interval: '1h', ...ends });
    await jobs.schedule(rates, { id: 'a', cron: '0 9 * * *', ...ends });
    await jobs.schedule(rates, { id: 'a', runAt: new Date(), endAt: new Date() });
    await jobs.schedule(rates, { id: 'a', runAt: new Date(), maxRuns: 3 });
    await jobs.schedule(rates, { id: 'a', onDemand: true, spread: '10m' });
    await jobs.schedule(rates, { id: 'a', interval: '1h', maxRuns: '3' });
    export {};
    `,
  }),
);

const DEPS = `
  import { createJobs, type JobType } from '@greenvue/jobs';
  import { sqlite } from '@greenvue/jobs/sqlite';
  type Inline<Name extends string, Deps = unknown> = JobType<Deps, Name, unknown, unknown, 'inline'>;
  const store = sqlite('jobs.db');
  declare const alone: Inline<'alone'>;
  declare const mails: Inline<'mails', { readonly mailer: (text: string) => void }>;
  declare const counts: Inline<'counts', { readonly count: () => number }>;
  const mailer = (text: string) => console.log(text);
  const count = () => 1;
  createJobs({ store, types: [alone] });
  createJobs({ store, types: [alone, mails], deps: { mailer } });
  createJobs({ store, types: [mails, alone, counts], deps: { mailer, count } });
  // @ts-expect-error: no deps
  createJobs({ store, types: [alone, mails] });
  // @ts-expect-error: no count
  createJobs({ store, types: [mails, counts], deps: { mailer } });
`;

let faults: readonly string[];
beforeAll(() => {
  // Together, because most of the time goes to the types of the packages.
  const files = Array.from(PROGRAMS, ([name, text]) => [`${name}.ts`, text] as const);
  faults = compilePrograms(new Map(files)).split(/\n(?=\S)/);
});

/** What the compiler says about one of the programs. */
function errorsIn(name: string): string {
  return faults.filter((fault) => fault.includes(`${name}.ts(`)).join('\n');
}

test('for a job without a schedule, the compiler names each kind of schedule', () => {
  const errors = errorsIn('no-schedule');
  expect(errors).toContain("Property 'interval' is missing");
  expect(errors).toContain("required in type 'WithIntervalOrCronOrRruleOrRunAtOrOnDemandOrAfter'");
});

test('for a job without its payload, the compiler asks for it, in short lines', () => {
  const errors = errorsIn('no-payload');
  expect(errors).toContain("Property 'payload' is missing");
  for (const line of errors.split('\n')) expect(line.length).toBeLessThan(250);
});

test('for a job type that is not listed, the compiler says to add it to types', () => {
  const errors = errorsIn('not-listed');
  const lines = errors.trimEnd().split('\n');
  expect(lines).toHaveLength(5);
  for (const line of lines) expect(line).toContain('"add this job type to types of createJobs()"');
});

test('for a job with two schedules, the compiler says to give one', () => {
  const errors = errorsIn('two-schedules');
  expect(errors).toContain('give only one of interval, cron, rrule, runAt, onDemand, after');
});

test('for a job in code, the compiler refuses a type that is not listed, a wrong payload and two schedules', () => {
  const errors = errorsIn('in-code');
  const lines = errors.match(/in-code\.ts\(\d+/g)?.map((line) => Number(line.replace(/.*\(/, '')));
  expect([...new Set(lines)]).toEqual([9, 10, 11, 12]);
  expect(errors).toContain(`Type '"mails"' is not assignable to type '"rates"'`);
});

test('an end and a spread compile with slots alone, and the compiler says so', () => {
  const lines = errorsIn('ends').match(/^ends\.ts\(\d+/gm) ?? errorsIn('ends').match(/ends\.ts\(\d+/g);
  expect(lines?.map((line) => Number(line.replace(/.*\(/, '')))).toEqual([8, 9, 10, 11]);
  expect(errorsIn('ends').match(/only goes with interval, cron or rrule/g)?.length).toBeGreaterThanOrEqual(2);
});

test.each([true, false])(
  'the dependencies of job types are known with strictFunctionTypes: %s',
  (strictFunctionTypes) => {
    const errors = compilePrograms(new Map([['deps.ts', DEPS]]), { strictFunctionTypes });
    expect(errors).toBe('');
  },
);
