import { setTimeout as delay } from 'node:timers/promises';
import { type Node, runCli, startNode } from '../../../../scripts/rehearsal/node.ts';
import { NO_LIMITS } from '../../../../scripts/rehearsal/steps.ts';
import { checkHistory } from './check-history.ts';
import { jobModel } from './job-model.ts';
import { randomFrom } from './random-from.ts';
import { type JobOperation, recordRound } from './record-round.ts';

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

const CLIENTS = 8;
const REQUESTS_PER_CLIENT = 7;
const LOST_SHARE = 0.03;
/** No handler runs, so that runs stay queued. */
const SETTINGS = { JOBS_CONCURRENCY: '0', ...NO_LIMITS };
const MOST_SHOWN = 3;

/** Records histories of jobs, each on an id of its own, and checks each. */
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
      const history = await roundWith({
        nodes,
        token,
        random,
        jobId: `job-${seed}-${result.histories}`,
        victim,
      });
      if (victim !== -1) {
        result.kills += 1;
        nodes[victim] = await start(victim);
      }
      const verdict = checkHistory(jobModel, history);
      result.histories += 1;
      result.operations += history.length;
      result.lost += history.filter(({ output }) => output === undefined).length;
      if (verdict === 'undecided') result.undecided += 1;
      if (verdict !== 'violation') continue;
      result.violations += 1;
      if (result.violations <= MOST_SHOWN) say(shownHistory(history));
    }
  } finally {
    await Promise.all(nodes.map((node) => node.kill()));
  }
  say(`${title}, seed ${seed}: ${JSON.stringify(result)}`);
  return result;
}

const randomIndex = (random: () => number, values: readonly unknown[]) =>
  Math.floor(random() * values.length);

interface RoundWith {
  readonly nodes: readonly Node[];
  readonly token: string;
  readonly random: () => number;
  readonly jobId: string;
  /** Index of the node to kill during the round, or -1. */
  readonly victim: number;
}

async function roundWith({ nodes, token, random, jobId, victim }: RoundWith): Promise<JobOperation[]> {
  const round = recordRound({
    urls: nodes.map(({ url }) => url),
    token,
    jobId,
    clients: CLIENTS,
    requestsPerClient: REQUESTS_PER_CLIENT,
    random,
    lostShare: LOST_SHARE,
  });
  if (victim === -1) return round;
  await delay(random() * 60);
  await nodes[victim]?.kill();
  return round;
}

/** The smallest beginning of the history that is a violation already, a line for each operation. */
function shownHistory(history: readonly JobOperation[]): string {
  const ordered = history.toSorted((a, b) => a.answeredAt - b.answeredAt);
  let length = 1;
  while (length < ordered.length && checkHistory(jobModel, cut(ordered, length)) !== 'violation') length += 1;
  const lines = cut(ordered, length).map(
    ({ input, output, invokedAt, answeredAt }) =>
      `  ${invokedAt.toFixed(2)} to ${answeredAt.toFixed(2)} ms ${JSON.stringify(input)} -> ${JSON.stringify(output)}`,
  );
  return ['Not linearizable:', ...lines].join('\n');
}

/** The history as it was when the answer number `length` came: later answers are still missing. */
function cut(ordered: readonly JobOperation[], length: number): JobOperation[] {
  const now = ordered[length - 1]?.answeredAt ?? 0;
  return ordered.flatMap((operation): JobOperation[] => {
    if (operation.answeredAt <= now) return [operation];
    const { input, invokedAt } = operation;
    return invokedAt > now || input.kind.startsWith('get')
      ? []
      : [{ input, invokedAt, answeredAt: Number.POSITIVE_INFINITY }];
  });
}
