/** Asks only once what was asked before is answered, be that an error, so that answers come in the order of asking. */
export function oneByOne<Input, Answer>(
  ask: (input: Input) => Promise<Answer>,
): (input: Input) => Promise<Answer> {
  let last: Promise<unknown> = Promise.resolve();
  return (input) => {
    const answer = last.then(() => ask(input));
    last = answer.catch(() => undefined);
    return answer;
  };
}
