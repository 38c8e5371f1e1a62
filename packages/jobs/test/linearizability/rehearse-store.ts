import { setTimeout as delay } from 'node:timers/promises';
import { type Node, runCli, startNode } from '../../../../scripts/rehearsal/node.ts';
import { NO_LIMITS } from '../../../../scripts/rehearsal/steps.ts';
import { checkHistory, type Operation, type SequentialModel, type Verdict } from './check-history.ts';
import { jobModel } from './job-model.ts';
import { jobRecording } from './job-recording.ts';
import { randomFrom } from './random-from.ts';
import { recordHistory } from './record-history.ts';
import { type Servers, sendRequest } from './send-request.ts';
import { shownHistory } from './shown-history.ts';
import { valueModel } from './value-model.ts';
import { calendarRoutes, pauseRoutes, secretRoutes, valueRecording } from './value-recording.ts';

export interface StoreRehearsal {
  readonly title: string;
  /** The servers of one store. */
  readonly nodes: readonly { readonly port: number; readonly env: Readonly<Record<string, string>> }[];
  /** Ends after this time, or after this many histories. */
  readonly durationMs?: number;
  readonly rounds?: number;
  /** In each round with this number, `kill -9` ends a server. */
  readonly roundsPerKill: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

export interface RehearsalResult {
  readonly histories: number;
  readonly operations: number;
  /** Requests without an answer. */
  readonly lost: number;
  readonly kills: number;
  readonly violations: number;
  readonly undecided: number;
}

const LATEST_KILL_MS = 200;
/** No handler runs, so that runs stay queued. */
const SETTINGS = { JOBS_CONCURRENCY: '0', ...NO_LIMITS };
const RESUME_MS = 10_000;
const MOST_SHOWN = 3;

/** Records histories, each of a job, a calendar or a secret of its own, and checks each. */
export async function rehearseStore(rehearsal: StoreRehearsal): Promise<RehearsalResult> {
  const { title, nodes: places, seed, say, roundsPerKill } = rehearsal;
  const { durationMs = Infinity, rounds = Infinity } = rehearsal;
  const random = randomFrom(seed);
  const nodes: Node[] = [];
  const start = (n: number) => startNode(places[n]?.port ?? 0, { ...SETTINGS, ...places[n]?.env });
  const result = { histories: 0, operations: 0, lost: 0, kills: 0, violations: 0, undecided: 0 };
  try {
    for (let n = 0; n < places.length; n++) nodes.push(await start(n));
    const token = await runCli(['token'], places[0]?.env ?? {});
    const end = performance.now() + durationMs;
    while (performance.now() < end && result.histories < rounds) {
      const victim = result.histories % roundsPerKill === roundsPerKill - 1 ? randomIndex(random, nodes) : -1;
      const servers = { urls: nodes.map(({ url }) => url), token };
      const name = `object-${seed}-${result.histories}`;
      const recording = recordAndCheck({ servers, random, name }, result.histories);
      if (victim !== -1) {
        await delay(random() * LATEST_KILL_MS);
        await nodes[victim]?.kill();
      }
      const { verdict, history, shown } = await recording;
      if (victim !== -1) {
        result.kills += 1;
        nodes[victim] = await start(victim);
      }
      result.histories += 1;
      result.operations += history.length;
      result.lost += history.filter(({ output }) => output === undefined).length;
      if (verdict === 'undecided') result.undecided += 1;
      if (verdict !== 'violation') continue;
      result.violations += 1;
      if (result.violations <= MOST_SHOWN) say(shown());
    }
  } finally {
    await Promise.all(nodes.map((node) => node.kill()));
  }
  say(`${title}, seed ${seed}: ${JSON.stringify(result)}`);
  return result;
}

const randomIndex = (random: () => number, values: readonly unknown[]) =>
  Math.floor(random() * values.length);

type AnyOperation = Pick<Operation<unknown, unknown>, 'output'>;
type Recorded = { readonly verdict: Verdict; readonly history: readonly AnyOperation[]; shown(): string };

/** Most histories are of jobs: they have the most kinds of requests. */
async function recordAndCheck(
  { servers, random, name }: { servers: Servers; random: () => number; name: string },
  n: number,
): Promise<Recorded> {
  // With several nodes, the others learn of the pause of all jobs later (docs/rest-api.md).
  if (n % 6 === 2 && servers.urls.length === 1) {
    await sendRequest({ servers, random, waitMs: RESUME_MS }, pauseRoutes.line({ kind: 'remove' }));
    return checked(valueModel, await recordHistory(valueRecording(servers, pauseRoutes, random)));
  }
  if (n % 6 === 4) {
    const history = await recordHistory(valueRecording(servers, calendarRoutes(name), random));
    return checked(valueModel, history);
  }
  if (n % 6 === 5) {
    const history = await recordHistory(valueRecording(servers, secretRoutes(secretName(name)), random));
    return checked(valueModel, history);
  }
  return checked(jobModel, await recordHistory(jobRecording(servers, name, random)));
}

const secretName = (name: string) => name.replaceAll('-', '_').toUpperCase();

function checked<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
): Recorded {
  return { verdict: checkHistory(model, history), history, shown: () => shownHistory(model, history) };
}
