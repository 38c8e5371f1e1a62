import { parseArgs } from 'node:util';
import { breakEngine } from './broken/break-engine.ts';
import { report } from './report.ts';
import { scenarioOf } from './scenario.ts';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    /** How many seeds. */
    seeds: { type: 'string', default: '1000' },
    /** The first seed. Alone: this seed only. */
    seed: { type: 'string' },
    /** How many actions of people and faults a seed has. */
    steps: { type: 'string' },
    /** How long to go on, instead of a number of seeds. */
    minutes: { type: 'string' },
    /** Only these actions of the seed, by their number. */
    keep: { type: 'string' },
    /** Broken variants of the engine, with commas between them, or `all`: how many seeds find each. */
    break: { type: 'string' },
  },
});

if (values.break !== undefined) {
  const missed = await breakEngine(values.break, Number(values.seeds));
  process.exit(missed.length === 0 ? 0 : 1);
}

const steps = values.steps === undefined ? undefined : Number(values.steps);
const isOne = values.seed !== undefined && !process.argv.some((arg) => /^--(seeds|minutes)/.test(arg));
const first = Number(values.seed ?? 1);
const count = isOne ? 1 : values.minutes === undefined ? Number(values.seeds) : Number.POSITIVE_INFINITY;
const start = performance.now();
const end = start + Number(values.minutes ?? Number.POSITIVE_INFINITY) * 60_000;
const keep = values.keep?.split(',').map(Number);
let [done, events, failed] = [0, 0, 0];
for (let seed = first; done < count && performance.now() < end && failed < 10; seed += 1) {
  const whole = scenarioOf(seed, { actions: steps });
  const scenario =
    keep === undefined ? whole : { ...whole, actions: keep.flatMap((n) => whole.actions[n] ?? []) };
  const outcome = await simulate(scenario);
  done += 1;
  events += outcome.steps;
  if (outcome.violation === undefined) continue;
  failed += 1;
  process.exitCode = 1;
  console.log(await report(scenario, { steps, keep }));
}
const seconds = (performance.now() - start) / 1_000;
const perMinute = Math.round((done / seconds) * 60);
console.log(
  `${done} seeds, ${failed} failed, ${events} events in ${seconds.toFixed(1)} s: ${perMinute} seeds a minute`,
);
