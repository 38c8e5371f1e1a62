/** One request of a recorded history. Times are of one monotonic clock. */
export interface Operation<Input, Output> {
  readonly input: Input;
  /** Absent: no answer came, so the operation may have happened at any later time, or never. */
  readonly output?: Output;
  readonly invokedAt: number;
  /** Infinity without an answer. */
  readonly answeredAt: number;
}

/** How one object behaves when it gets one operation at a time. */
export interface SequentialModel<State, Input, Output> {
  readonly initial: State;
  /** The states that the operation may leave. None: the output is impossible in this state. */
  step(state: State, input: Input, output: Output | undefined): readonly State[];
  /** Whether such an answer never comes with a change. */
  changesNothing(input: Input, output: Output | undefined): boolean;
  /** Equal for equal states. */
  keyOf(state: State): string;
}

export type Verdict = 'linearizable' | 'violation' | 'undecided';

/** More configurations than any history of these tests needs. */
const MOST_CONFIGURATIONS = 200_000;

interface Configuration<State> {
  /** Bit n: operation n has its place in the order. */
  readonly placed: bigint;
  readonly state: State;
}

/**
 * Searches an order of the operations that respects real time and the model: the algorithm of Wing and Gong,
 * with Lowe's memory of configurations. `undecided` means that the search was too large.
 */
export function checkHistory<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
): Verdict {
  const operations = history.toSorted((a, b) => a.invokedAt - b.invokedAt);
  const answered = operations.reduce((bits, { answeredAt }, n) => bits | bit(n, answeredAt < Infinity), 0n);
  const seen = new Set<string>();
  const open: Configuration<State>[] = [{ placed: 0n, state: model.initial }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if ((at.placed & answered) === answered) return 'linearizable';
    const key = `${at.placed.toString(36)}|${model.keyOf(at.state)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (seen.size > MOST_CONFIGURATIONS) return 'undecided';
    open.push(...nextConfigurations(model, operations, at));
  }
  return 'violation';
}

const bit = (n: number, isSet: boolean): bigint => (isSet ? 1n << BigInt(n) : 0n);

/** The configurations after one more operation that no unplaced operation precedes in real time. */
function nextConfigurations<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  { placed, state }: Configuration<State>,
): Configuration<State>[] {
  const waiting = operations.flatMap((operation, n) =>
    (placed & bit(n, true)) === 0n ? [{ operation, n }] : [],
  );
  const firstAnswer = Math.min(...waiting.map(({ operation }) => operation.answeredAt));
  const next: Configuration<State>[] = [];
  for (const { operation, n } of waiting) {
    const { input, output, invokedAt } = operation;
    if (invokedAt > firstAnswer) break;
    const after = model.step(state, input, output);
    const configurations = after.map((one) => ({ placed: placed | bit(n, true), state: one }));
    // An answer that changes nothing and fits now needs no other place. A state may still bind an unknown.
    const [only] = after;
    if (only !== undefined && model.changesNothing(input, output) && model.keyOf(only) === model.keyOf(state))
      return configurations;
    next.push(...configurations);
  }
  return next;
}
