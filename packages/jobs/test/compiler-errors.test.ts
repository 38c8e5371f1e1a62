import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** What the compiler says about a program. */
function errorsIn(program: string, further: Readonly<Record<string, boolean>> = {}): string {
  const folder = mkdtempSync(join(ROOT, 'packages', 'jobs', 'test', 'compiler-errors-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'program.ts'), program);
  const options = { noEmit: true, types: ['node'], ...further };
  const config = { extends: join(ROOT, 'tsconfig.json'), compilerOptions: options, include: ['*.ts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...config, exclude: [] }));
  return spawnSync(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', folder], { encoding: 'utf8' }).stdout;
}

test('for a job without a schedule, the compiler names each kind of schedule', { timeout: 60_000 }, () => {
  const errors = errorsIn(`
    import type { Jobs, JobType } from '@greenvue/jobs';
    declare const jobs: Jobs;
    declare const rates: JobType<never, 'rates', { base?: string }>;
    await jobs.schedule(rates, { id: 'rates-eur', payload: { base: 'EUR' } });
    export {};
  `);
  expect(errors).toContain("Property 'interval' is missing");
  expect(errors).toContain("required in type 'WithIntervalOrCronOrRunAtOrOnDemand'");
});

test('for a job without its payload, the compiler asks for it, in short lines', { timeout: 60_000 }, () => {
  const errors = errorsIn(`
    import type { Jobs, JobType } from '@greenvue/jobs';
    declare const jobs: Jobs;
    declare const rates: JobType<never, 'rates', { base: string }>;
    await jobs.schedule(rates, { id: 'rates-eur', interval: '1h' });
    export {};
  `);
  expect(errors).toContain("Property 'payload' is missing");
  for (const line of errors.split('\n')) expect(line.length).toBeLessThan(250);
});

test('for a job type that is not listed, the compiler says to add it to types', { timeout: 60_000 }, () => {
  const errors = errorsIn(`
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
  `);
  const lines = errors.trimEnd().split('\n');
  expect(lines).toHaveLength(5);
  for (const line of lines) expect(line).toContain('"add this job type to types of createJobs()"');
});

test('for a job with two schedules, the compiler says to give one', { timeout: 60_000 }, () => {
  const errors = errorsIn(`
    import type { Jobs, JobType } from '@greenvue/jobs';
    declare const jobs: Jobs;
    declare const rates: JobType<never, 'rates', { base?: string }>;
    await jobs.schedule(rates, { id: 'rates-eur', interval: '1h', cron: '0 9 * * *' });
    export {};
  `);
  expect(errors).toContain('give only one of interval, cron, runAt, onDemand');
});

test.each([true, false])(
  'the dependencies of job types are known with strictFunctionTypes: %s',
  {
    timeout: 60_000,
  },
  (strictFunctionTypes) => {
    const errors = errorsIn(
      `
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
  `,
      { strictFunctionTypes },
    );
    expect(errors).toBe('');
  },
);
