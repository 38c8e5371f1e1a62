// `npm run bench -- peers [workload…] [--rounds N] [--only contestant,…] [--scale 0.05] [--add]`: our engine
// and its peers in turn, round by round. `npm run bench -- peers report` makes the report again. Run nothing
// else on the machine.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Contestant } from './contestant.ts';
import { CONTESTANTS, requireContestant } from './contestants.ts';
import { startPart } from './part.ts';
import { type Servers, startServers } from './processes/servers.ts';
import { aboutRun } from './report/about.ts';
import { writeReport } from './report/report.ts';
import { type Measurement, type Results, readResults, writeResults } from './report/results.ts';
import type { Workload } from './workload.ts';
import { requireWorkload, WORKLOADS } from './workloads.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    scale: { type: 'string', default: '1' },
    /** Add to the existing results instead of replacing them. */
    add: { type: 'boolean', default: false },
    /** A folder for the report: results of another scale must not replace those in `docs`. */
    out: { type: 'string' },
  },
});
const scale = Number(values.scale);
const rounds = Number(values.rounds);
if (!(scale > 0) || !(rounds >= 1)) throw new RangeError('scale and rounds must be numbers above 0');
const docs = join(import.meta.dirname, '..', '..', 'docs');
const out = values.out ?? (scale === 1 ? docs : join(import.meta.dirname, 'trial'));
const file = join(out, 'peers.json');
mkdirSync(out, { recursive: true });

if (positionals[0] === 'report') {
  const results = readResults(file);
  if (results === undefined) throw new Error(`${file} does not exist`);
  report(results);
} else {
  const workloads = positionals.length > 0 ? positionals.map(requireWorkload) : WORKLOADS;
  const contestants = values.only?.split(',').map(requireContestant) ?? CONTESTANTS;
  report(await measureAll(workloads, contestants));
}

function report(results: Results): void {
  console.log(writeReport(results, out));
  console.log(
    `\nIn ${out}: peers.md, peers.json and images/; and what performance.md shows of them, if it is there.`,
  );
}

async function measureAll(
  workloads: readonly Workload[],
  contestants: readonly Contestant[],
): Promise<Results> {
  const servers = await startServers();
  try {
    const kept = values.add ? readResults(file) : undefined;
    if (kept !== undefined && kept.scale !== scale)
      throw new RangeError(`${file} has scale ${kept.scale}: use the same --scale, or another --out`);
    const about = aboutRun(servers, scale);
    const results: Results = {
      ...about,
      startedAt: kept?.startedAt ?? about.startedAt,
      commit: kept?.commit ?? about.commit,
      measurements: kept?.measurements ?? [],
    };
    const before = results.measurements.reduce((most, { round }) => Math.max(most, round), 0);
    for (let round = before + 1; round <= before + rounds; round++) {
      for (const workload of workloads) {
        for (const contestant of inTurn(contestants, round)) {
          if (!isAsked(workload, contestant, servers)) continue;
          const measured = await measureOne(workload, contestant, { round, servers });
          results.measurements.push({ ...measured, commit: about.commit });
          writeResults(file, results);
        }
      }
    }
    return results;
  } finally {
    await servers.stop();
  }
}

/** Each round starts with another contestant, so that changes of the machine's speed affect all of them. */
function inTurn(contestants: readonly Contestant[], round: number): readonly Contestant[] {
  const first = (round - 1) % contestants.length;
  return [...contestants.slice(first), ...contestants.slice(0, first)];
}

function isAsked(workload: Workload, contestant: Contestant, servers: Servers): boolean {
  if (workload.only !== undefined && !workload.only.includes(contestant.name)) return false;
  return contestant.cannot[workload.name] === undefined && servers.lacks(contestant.needs) === undefined;
}

/** A failure is a result, too: the other measurements continue. */
async function measureOne(
  workload: Workload,
  contestant: Contestant,
  { round, servers }: { readonly round: number; readonly servers: Servers },
): Promise<Measurement> {
  const what = { workload: workload.name, contestant: contestant.name, round, at: new Date().toISOString() };
  const begin = performance.now();
  try {
    const figures = await servers.withPlace(contestant.needs, (place) =>
      workload.measure({
        contestant,
        place,
        scale,
        start: (part, input) =>
          startPart({ workload: workload.name, part, contestant: contestant.name, place, input }),
      }),
    );
    const took = ((performance.now() - begin) / 1_000).toFixed(1);
    console.error(`${round} ${workload.name} ${contestant.name} (${took} s): ${JSON.stringify(figures)}`);
    return { ...what, figures };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    console.error(`${round} ${workload.name} ${contestant.name} FAILED: ${failure}`);
    return { ...what, failure };
  }
}
