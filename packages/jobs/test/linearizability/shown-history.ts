import { checkHistory, type Operation, type SequentialModel } from './check-history.ts';

/** The shortest beginning of a history that is a violation already, with a line for each operation. */
export function shownHistory<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
): string {
  const ordered = history.toSorted((a, b) => a.answeredAt - b.answeredAt);
  const ends = ordered.map(({ answeredAt }) => answeredAt);
  const end = ends.find((at) => checkHistory(model, until(ordered, at)) === 'violation') ?? Infinity;
  const lines = until(ordered, end).map(
    ({ input, output, invokedAt, answeredAt }) =>
      `  ${invokedAt.toFixed(2)} to ${answeredAt.toFixed(2)} ms ${JSON.stringify(input)} -> ${JSON.stringify(output)}`,
  );
  return ['Not linearizable:', ...lines].join('\n');
}

/** The history as it was at this time: later answers are missing. */
function until<Input, Output>(
  history: readonly Operation<Input, Output>[],
  now: number,
): Operation<Input, Output>[] {
  return history
    .filter(({ invokedAt }) => invokedAt <= now)
    .map(({ input, invokedAt, ...rest }) =>
      rest.answeredAt <= now ? { input, invokedAt, ...rest } : { input, invokedAt, answeredAt: Infinity },
    );
}
