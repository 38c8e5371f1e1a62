import type { Operation } from './check-history.ts';

export interface Recording<Input, Output> {
  /** The next request of a client. */
  choose(): Input;
  /** Undefined: no answer within `waitMs`, or one that does not say whether the operation happened. */
  send(input: Input, waitMs: number): Promise<Output | undefined>;
  isRead(input: Input): boolean;
  /** Sent once all clients are done. */
  readonly lastRead: Input;
  /** From 0 to 1. A seed decides the choices, but not the timing, so a history is not repeatable. */
  readonly random: () => number;
}

const CLIENTS = 8;
const REQUESTS_PER_CLIENT = 7;
/** The share of requests whose client disconnects within a few milliseconds. */
const LOST_SHARE = 0.03;
const MOST_WAIT_BEFORE_LOSS_MS = 8;
const ANSWER_MS = 10_000;

/** Sends the requests of all clients at the same time, and records each with one monotonic clock. */
export async function recordHistory<Input, Output>(
  recording: Recording<Input, Output>,
): Promise<Operation<Input, Output>[]> {
  const { random, lastRead } = recording;
  const history: Operation<Input, Output>[] = [];
  const client = async () => {
    for (let n = 0; n < REQUESTS_PER_CLIENT; n++) {
      const waitMs = random() < LOST_SHARE ? 1 + random() * MOST_WAIT_BEFORE_LOSS_MS : ANSWER_MS;
      history.push(await record(recording, recording.choose(), waitMs));
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  history.push(await record(recording, lastRead, ANSWER_MS));
  // A read without an answer says nothing.
  return history.filter(({ input, output }) => output !== undefined || !recording.isRead(input));
}

async function record<Input, Output>(
  { send }: Recording<Input, Output>,
  input: Input,
  waitMs: number,
): Promise<Operation<Input, Output>> {
  const invokedAt = performance.now();
  const output = await send(input, waitMs);
  const answeredAt = performance.now();
  return output === undefined
    ? { input, invokedAt, answeredAt: Number.POSITIVE_INFINITY }
    : { input, output, invokedAt, answeredAt };
}
