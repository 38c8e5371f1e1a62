import { expect, it } from 'vitest';
import { oneByOne } from './one-by-one.ts';

it('asks for the next only when the one before is answered, or has failed', async () => {
  const asked: number[] = [];
  const answers: PromiseWithResolvers<number>[] = [];
  const ask = oneByOne((input: number) => {
    asked.push(input);
    const answer = Promise.withResolvers<number>();
    answers.push(answer);
    return answer.promise;
  });
  const [first, second, third] = [ask(1), ask(2), ask(3)];
  await turn();
  expect(asked).toEqual([1]);
  answers[0]?.reject(new Error('The database is away.'));
  await expect(first).rejects.toThrow('away');
  await turn();
  expect(asked).toEqual([1, 2]);
  answers[1]?.resolve(20);
  expect(await second).toBe(20);
  await turn();
  answers[2]?.resolve(30);
  expect(await third).toBe(30);
});

const turn = () => new Promise((resolve) => setImmediate(resolve));
