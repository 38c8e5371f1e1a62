import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TEST_MS } from '../../../scripts/test-deadlines.ts';
import { createJudge, type Judge } from './fuzz/judge.ts';
import { type Operation, operationsOf } from './fuzz/operations.ts';
import { IMPOSTORS, invalidRequests, type Plan, validRequests } from './fuzz/requests.ts';
import type { RawAnswer, RawRequest } from './fuzz/send.ts';
import { createWorld, type World } from './fuzz/world.ts';

// FUZZ_RUNS=2000 is the long form. FUZZ_SEED repeats a failure or searches elsewhere.
const RUNS = Number(process.env.FUZZ_RUNS ?? 60);
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_131);
const AT_ONCE = 5;
const TIMEOUT_MS = TEST_MS + RUNS * 2_000;

interface Fuzz {
  readonly world: World;
  readonly judge: Judge;
  readonly operations: readonly Operation[];
}

interface Sent {
  readonly raw: RawRequest;
  readonly answer: RawAnswer;
}

let all: Fuzz;
const succeeded = new Set<string>();
/** The failures of valid requests. */
let failures: readonly string[];

/**
 * Both tests need these requests: the first checks the answers, the second sends invalid requests on their
 * data.
 */
beforeAll(async () => {
  const world = await createWorld();
  const document = Object(world.document);
  all = { world, judge: createJudge(document), operations: operationsOf(document) };
  failures = await fuzz(all, validRequests, judgeValid);
}, TIMEOUT_MS);
afterAll(() => all.world.close());

/**
 * Sends requests of every operation in turn, a few at a time, so that each finds what others have created. A
 * failure does not stop it: returns one failure of each kind.
 */
async function fuzz(
  { world, operations }: Fuzz,
  requests: (operation: Operation) => fc.Arbitrary<Plan>,
  look: (plan: Plan, sent: Sent) => void,
): Promise<readonly string[]> {
  const failures = new Map<string, string>();
  const plans = operations.map((operation, index) => ({
    operation,
    plans: fc.sample(requests(operation), { seed: SEED + index, numRuns: RUNS }),
  }));
  const tryOne = async (plan: Plan): Promise<void> => {
    const sent = await world.run(plan);
    try {
      look(plan, sent);
    } catch (error) {
      const kind = `${plan.operation.id}: ${String(error)}`;
      if (!failures.has(kind)) failures.set(kind, `${kind}\n${tell(sent)}`);
    }
  };
  for (let at = 0; at < RUNS; at += AT_ONCE) {
    for (const { plans: all } of plans) await Promise.all(all.slice(at, at + AT_ONCE).map(tryOne));
  }
  return [...failures.values()];
}

const TRIES = 1_000;

/** Whether a valid request can succeed, in several attempts. */
async function succeeds({ world, operations }: Fuzz, operation: Operation): Promise<boolean> {
  const helpers = operations.filter(({ id }) => id === 'createJob' || id === 'runJob');
  // Made once for all attempts: patterns in a schema make it take longer than a request.
  const steps = [...helpers, operation].map((one) => ({ one, requests: validRequests(one) }));
  for (let seed = SEED; seed < SEED + TRIES; seed += 1) {
    for (const { one, requests } of steps) {
      const [plan] = fc.sample(requests, { seed, numRuns: 1 });
      if (plan === undefined) continue;
      const { answer } = await world.run({ ...plan, who: 'admin' });
      if (one === operation && answer.status < 300) return true;
    }
  }
  return false;
}

function tell({ raw: { method, path, headers, body }, answer }: Sent): string {
  const shown = (text: string) => (text.length > 600 ? `${text.slice(0, 600)}…` : text);
  const request = `${method} ${shown(path)}\n${JSON.stringify(headers)}\n${shown(String(body ?? ''))}`;
  return `${request}\n→ ${answer.status} ${shown(answer.text)}\n`;
}

/** These do not use access tokens: scrapers have a token of their own, or none. */
const hasOwnTokens = ({ path }: Operation): boolean => ['/metrics', '/healthz', '/readyz'].includes(path);

/**
 * They need what requests alone rarely bring about: a token by mail, an alert that failed for an hour, a
 * backfill or a bulk command that is not done yet. They have tests of their own: email-confirmations.test.ts,
 * alerts.ts, backfills.ts, bulk-commands.ts.
 */
const RARE = new Set([
  'confirmEmail',
  'resendConfirmation',
  'retryAlertDelivery',
  'cancelBackfill',
  'cancelBulkCommand',
]);

function judgeValid({ operation, who }: Plan, { raw, answer }: Sent): void {
  all.judge.judge(operation, answer, raw);
  // The form of the request is valid.
  expect([405, 413, 415]).not.toContain(answer.status);
  if (who === 'nobody' && operation.needsToken && !hasOwnTokens(operation)) expect(answer.status).toBe(401);
  // An admin's link goes only by mail: reset-routes.test.ts, create-user.test.ts.
  const isLink = operation.id === 'resetPassword' || operation.id === 'createUser';
  const isRefused = isLink && answer.text.includes('by mail only');
  if (who === 'admin' && operation.needsToken && !isRefused) expect([401, 403]).not.toContain(answer.status);
  if (answer.status < 300) succeeded.add(operation.id);
}

test(
  'what the document allows is answered as it says, and each operation can succeed',
  async () => {
    expect(failures).toEqual([]);
    // Some succeed by chance, such as cancelling a run in time. Otherwise a test that only gets 404 would
    // pass.
    const unlucky = all.operations.filter(({ id }) => !succeeded.has(id) && !RARE.has(id));
    for (const operation of unlucky) {
      expect(await succeeds(all, operation), operation.id).toBe(true);
    }
  },
  TIMEOUT_MS,
);

test(
  'what the document does not allow is refused as it says',
  async () => {
    const refused = await fuzz(all, invalidRequests, ({ operation, who, body }, { raw, answer }) => {
      all.judge.judge(operation, answer, raw);
      if (IMPOSTORS.some((one) => one === who) && !hasOwnTokens(operation)) expect(answer.status).toBe(401);
      const sent =
        body?.bytes === undefined && raw.body !== undefined ? JSON.parse(String(raw.body)) : undefined;
      if (sent !== undefined && !all.judge.allows(operation, sent))
        expect(answer.status).toBeGreaterThanOrEqual(400);
    });
    expect(refused).toEqual([]);
  },
  TIMEOUT_MS,
);
