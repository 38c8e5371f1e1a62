import { expect, it } from 'vitest';
import { OrderedSection } from './ordered-section.ts';

const away = new Error('The database is away.');
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Four pieces of work with one ordered part each. The third ends without its part. */
function begin() {
  const section = new OrderedSection();
  const asked: number[] = [];
  const answers = Array.from({ length: 4 }, () => Promise.withResolvers<number>());
  const works = answers.map((answer, n) =>
    section.begin(async (inOrder) => {
      if (n === 2) throw away;
      return inOrder(() => {
        asked.push(n);
        return answer.promise;
      });
    }),
  );
  return { works, answers, asked };
}

it('starts a part when the part before it has ended or failed, or its work ended without one', async () => {
  const { works, answers, asked } = begin();
  await expect(works[2]).rejects.toThrow(away);
  await turn();
  expect(asked).toEqual([0]);
  answers[0]?.reject(away);
  await expect(works[0]).rejects.toThrow(away);
  await turn();
  expect(asked).toEqual([0, 1]);
  answers[1]?.resolve(10);
  expect(await works[1]).toBe(10);
  await turn();
  expect(asked).toEqual([0, 1, 3]);
  answers[3]?.resolve(30);
  expect(await works[3]).toBe(30);
});

it('repeats a part on request, and other work does not wait for it', async () => {
  const section = new OrderedSection();
  const asked: string[] = [];
  const ask = async (what: string) => void asked.push(what);
  const first = section.begin(async (inOrder) => {
    await inOrder(() => ask('first'));
    await turn();
    await inOrder(() => ask('first, again'));
  });
  await Promise.all([first, section.begin((inOrder) => inOrder(() => ask('second')))]);
  expect(asked).toEqual(['first', 'second', 'first, again']);
});
