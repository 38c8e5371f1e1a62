import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type SavedState, savedStateIn } from '../../core/model/checkpoint.ts';
import { HandlerResume, nothingToResume } from './handler-resume.ts';

const TYPE = { type: 'import', checkpoint: z.object({ after: z.string() }), steps: true };

function broken(): never {
  throw new Error('not today');
}

function circle(): unknown {
  const value: { self?: unknown } = {};
  value.self = value;
  return value;
}

/** A handler's calls, and the states that they have saved. */
function open(saved?: SavedState, type: Partial<typeof TYPE> = TYPE) {
  const states: (SavedState | undefined)[] = [];
  const save = async (content: string) => void states.push(savedStateIn(content));
  return { resume: new HandlerResume({ jobType: { type: 'import', ...type }, saved, save }), states };
}

// Promise P30, resume.
describe('what a handler saves', () => {
  it('is the last checkpoint and the results of all steps', async () => {
    const { resume, states } = open({ value: '{"after":"a"}', steps: [['charge', '7']] });
    await resume.step('mail', () => undefined);
    await resume.checkpoint({ after: 'b' });
    expect(states).toEqual([
      { value: '{"after":"a"}', steps: [['charge', '7'], ['mail']] },
      { value: '{"after":"b"}', steps: [['charge', '7'], ['mail']] },
    ]);
  });

  it('is not changed by a handler that changes what it got', async () => {
    const { resume, states } = open({ value: '{"after":"a"}', steps: [] });
    Object.assign(Object(resume.lastCheckpoint), { after: 'changed' });
    await resume.step('mail', () => 1);
    expect(states).toEqual([{ value: '{"after":"a"}', steps: [['mail', '1']] }]);
  });

  it('is what JSON makes of it, in the first attempt as in later ones', async () => {
    const { resume } = open();
    expect(await resume.step('a', () => ({ id: 1, note: undefined, list: [undefined] }))).toStrictEqual({
      id: 1,
      list: [null],
    });
  });

  it('has the results of steps that run at once', async () => {
    const { resume, states } = open();
    const results = await Promise.all(['a', 'b', 'c'].map((name) => resume.step(name, async () => name)));
    expect(results).toEqual(['a', 'b', 'c']);
    expect(states.at(-1)?.steps.map(([name]) => name)).toEqual(['a', 'b', 'c']);
  });
});

describe('wrong use gets an error that says what to do', () => {
  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => 'accepted',
      (error: Error) => error.message,
    );

  it.each([
    ['no JSON', () => undefined, 'must be JSON, such as { after: "4711" }; got undefined'],
    [
      'a bigint',
      () => ({ after: 1n }),
      'must be JSON; it has a bigint: write it as text, such as String(id)',
    ],
    ['another form', () => ({ after: 1 }), 'does not fit the schema of `checkpoint`: '],
    ['too much', () => ({ after: 'x'.repeat(65_536) }), 'must be at most 65536 bytes of JSON; got 65548.'],
  ])('a checkpoint of %s', async (_, value, words) => {
    const { resume, states } = open();
    expect(await refusal(resume.checkpoint(value()))).toContain(words);
    expect(states).toEqual([]);
  });

  it('a checkpoint or a step of a type that declares none', async () => {
    const resume = new HandlerResume(nothingToResume('import'));
    expect(resume.lastCheckpoint).toBeUndefined();
    expect(await refusal(resume.checkpoint({}))).toContain(
      'needs `checkpoint: z.object({ after: z.string() })` in defineJobType() of the type import',
    );
    expect(await refusal(resume.step('a', () => 1))).toContain(
      'needs `steps: true` in defineJobType() of the type import',
    );
  });

  it('what comes after the end of the handler', async () => {
    const { resume, states } = open();
    const late = resume.step('slow', () => new Promise((resolve) => setImmediate(resolve)));
    resume.end();
    expect(await refusal(late)).toContain('comes after the end of its handler: await it');
    expect(await refusal(resume.checkpoint({ after: 'a' }))).toContain('comes after the end of its handler');
    expect(await refusal(resume.step('next', () => 1))).toContain('comes after the end of its handler');
    expect(states).toEqual([]);
  });

  it('two steps with one name in an attempt, but not a step that has failed or was refused', async () => {
    const { resume } = open();
    await expect(resume.step('a', () => Promise.reject(new Error('no luck')))).rejects.toThrow('no luck');
    await expect(resume.step('a', () => 1n)).rejects.toThrow('The result of the step "a" is not saved.');
    await expect(resume.step('a', () => Symbol('x'))).rejects.toThrow('The result of the step "a"');
    await expect(resume.step('a', () => 'x'.repeat(70_000))).rejects.toThrow('The result of the step "a"');
    expect(await resume.step('a', () => 1)).toBe(1);
    expect(await refusal(resume.step('a', () => 2))).toContain('"a" is in use. In a loop, add its id');
  });

  it.each([[''], ['x'.repeat(201)], [7 as unknown as string]])('the name %j', async (name) => {
    expect(await refusal(open().resume.step(name, () => 1))).toContain('must be text of 1 to 200 characters');
  });

  it('work that is no function', async () => {
    const { resume } = open();
    expect(await refusal(resume.step('a', 5 as never))).toContain(
      'must be a function, such as () => charge(order); got the number 5',
    );
    expect(await resume.step('a', () => 1)).toBe(1);
  });

  it.each<[string, () => unknown, string]>([
    ['a function', () => () => 1, 'must be JSON or undefined; got a function. '],
    ['a bigint', () => 1n, 'must be JSON; it has a bigint: write it as text, such as String(id). '],
    [
      'a bigint inside',
      () => [{ id: 1n }],
      'must be JSON; it has a bigint: write it as text, such as String(id). ',
    ],
    ['a circle', circle, 'must be JSON; it contains itself: save its parts, such as the ids. '],
    ['what throws', () => ({ toJSON: broken }), "must be JSON; it can't be written as JSON: not today. "],
  ])('a result that is %s, with the step and what is allowed', async (_, work, why) => {
    const { resume, states } = open();
    const words = await refusal(resume.step('charge', work));
    expect(words).toContain(`The result of the step "charge" is not saved. result: `);
    expect(words).toContain(`${why}JSON has text, numbers, true, false, null, and arrays and plain objects`);
    expect(states).toEqual([]);
  });

  it('a result that is too large with those of the other steps', async () => {
    const { resume } = open();
    await resume.step('b', () => 'x'.repeat(40_000));
    expect(await refusal(resume.step('c', () => 'x'.repeat(40_000)))).toContain(
      'All steps of a run share the space',
    );
  });
});

it('a checkpoint that the schema refuses today is none', () => {
  expect(open({ value: '{"before":"a"}', steps: [] }).resume.lastCheckpoint).toBeUndefined();
  expect(open({ value: '{"after":"a"}', steps: [] }).resume.lastCheckpoint).toEqual({ after: 'a' });
});
