// `npm run chaos` injects every fault into three nodes under load, for an hour. `npm run chaos -- 5m --fault
// freeze` injects one fault for five minutes. Prints a line for each and a Markdown summary; stops at a
// violation.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseWholeMs } from '../../src/index.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { keepEvidence } from './evidence.ts';
import type { Fault } from './fault.ts';
import { FAULTS } from './faults.ts';
import { createRounds, type Report } from './round.ts';
import { LONG, SHORT } from './scale.ts';
import { lineOf, summaryOf } from './summary.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { fault: { type: 'string', multiple: true }, short: { type: 'boolean' } },
});
const lasts = parseWholeMs(positionals[0] ?? '1h');
const faults = chosenFaults(values.fault ?? []);
if (!lasts.ok || faults === undefined) {
  const why = lasts.ok
    ? `There are these faults: ${FAULTS.map(({ name }) => name).join(', ')}.`
    : lasts.detail;
  console.error(`npm run chaos -- [1h] [--fault NAME]... [--short]\n${why}`);
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'greenvue-chaos-'));
let cluster: Cluster | undefined;
let ending: Promise<void> | undefined;
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    interrupted = true;
    // Exit at once: work in progress fails now, and that is no violation.
    void end().then(() => {
      tellSummary();
      process.exit(130);
    });
  });

const beganAt = Date.now();
const reports: Report[] = [];
let rounds = 0;
try {
  const scale = values.short === true ? SHORT : LONG;
  console.log(
    `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}; logs in ${folder} (kept if something goes wrong)`,
  );
  cluster = await startCluster(folder, scale);
  console.log(`${scale.jobs} jobs every ${scale.everyMs / 1_000} s, three nodes run. Faults from now on.`);
  await allFaults(cluster, faults, beganAt + lasts.value);
} catch (error) {
  if (!interrupted) {
    process.exitCode = 1;
    console.error(error);
  }
} finally {
  if (!interrupted) await end();
}
if (process.exitCode === undefined && !interrupted) rmSync(folder, { recursive: true, force: true });
tellSummary();
process.exit();

function tellSummary(): void {
  if (reports.length > 0) console.log(`\n${summaryOf(reports, rounds, Date.now() - beganAt)}`);
}

async function allFaults(on: Cluster, all: readonly Fault[], until: number): Promise<void> {
  const run = createRounds(on);
  for (;;) {
    for (const fault of all) {
      const missing = fault.missing?.();
      if (missing !== undefined) {
        console.log(`${fault.name}: left out: ${missing}`);
        continue;
      }
      const report = await run.run(fault);
      reports.push(report);
      console.log(`${new Date().toISOString()} ${lineOf(report)}`);
      if (report.violations.length > 0) {
        process.exitCode = 1;
        await keepEvidence(on);
        console.error(report.violations.map((line) => `  ${line}`).join('\n'));
        return;
      }
      if (Date.now() >= until) return;
    }
    rounds += 1;
  }
}

/** Leaves no process behind. npm forwards Ctrl-C a second time. */
function end(): Promise<void> {
  ending ??= endOf(cluster);
  return ending;
}

async function endOf(on: Cluster | undefined): Promise<void> {
  if (on === undefined) return;
  await on.stop();
}

/** Returns undefined if a name does not exist. */
function chosenFaults(names: readonly string[]): readonly Fault[] | undefined {
  const chosen = FAULTS.filter(({ name }) => names.length === 0 || names.includes(name));
  return names.every((name) => FAULTS.some((fault) => fault.name === name)) ? chosen : undefined;
}
