import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** What the compiler says about a program. */
function errorsIn(program: string): string {
  const folder = mkdtempSync(join(ROOT, 'packages', 'jobs', 'test', 'compiler-errors-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'program.ts'), program);
  const options = { noEmit: true, types: ['node'] };
  const config = { extends: join(ROOT, 'tsconfig.json'), compilerOptions: options, include: ['*.ts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...config, exclude: [] }));
  return spawnSync(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', folder], { encoding: 'utf8' }).stdout;
}

test('for a job without a schedule, the compiler asks for an interval', { timeout: 60_000 }, () => {
  const errors = errorsIn(`
    import type { Jobs, JobType } from '@greenvue/jobs';
    declare const jobs: Jobs;
    declare const rates: JobType<never, 'rates', { base?: string }>;
    await jobs.schedule(rates, { id: 'rates-eur', payload: { base: 'EUR' } });
    export {};
  `);
  expect(errors).toContain("Property 'interval' is missing");
  expect(errors).not.toContain('onDemand');
});
