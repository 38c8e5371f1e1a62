import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StoreError } from '../../../core/model/errors.ts';
import { LOCK_WAIT_MS } from './database.ts';
import { JobTurnQueue } from './job-turn-queue.ts';

/** Work that continues until the test ends it, and the list of work that has begun. */
function turnsOf(max: number) {
  const turns = new JobTurnQueue(max);
  const begun: string[] = [];
  const failed: string[] = [];
  const work = new Map<string, PromiseWithResolvers<void>>();
  const ask = (name: string, target: string, isAlone?: boolean) => {
    const done = Promise.withResolvers<void>();
    work.set(name, done);
    const begin = () => {
      begun.push(name);
      return done.promise;
    };
    turns.take(target, begin, isAlone).catch(() => failed.push(name));
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    ask,
    begun,
    failed,
    async end(name: string) {
      work.get(name)?.resolve();
      await settled();
    },
    async fail(name: string) {
      work.get(name)?.reject(new StoreError('busy', 'Somebody holds it.'));
      await settled();
    },
  };
}

describe('turns', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => vi.useRealTimers());

  it('one turn stays free for other targets', async () => {
    const { ask, begun, end } = turnsOf(3);
    for (const name of ['a1', 'a2', 'a3']) ask(name, 'a');
    ask('b1', 'b');
    ask('c1', 'c');
    expect(begun).toEqual(['a1', 'a2', 'b1']);
    await end('b1');
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1']);
    await end('a2');
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3']);
  });

  it('commands that run alone keep their order, one at a time, and delay no other command', async () => {
    const { ask, begun, end } = turnsOf(3);
    ask('edit 1', 'a', true);
    ask('edit 2', 'a', true);
    ask('a1', 'a');
    expect(begun).toEqual(['edit 1', 'a1']);
    await end('a1');
    ask('edit 3', 'a', true);
    expect(begun).toEqual(['edit 1', 'a1']);
    await end('edit 1');
    await end('edit 2');
    expect(begun).toEqual(['edit 1', 'a1', 'edit 2', 'edit 3']);
    await end('edit 3');
    ask('edit 4', 'a', true);
    expect(begun.at(-1)).toBe('edit 4');
  });

  it('with one turn, commands run one after the other', async () => {
    const { ask, begun, end } = turnsOf(1);
    ask('a1', 'a', true);
    ask('b1', 'b');
    expect(begun).toEqual(['a1']);
    await end('a1');
    expect(begun).toEqual(['a1', 'b1']);
  });

  it('after a timeout, exclusive requests of the same age time out too, and no others', async () => {
    const { ask, begun, failed, fail } = turnsOf(3);
    ask('edit 1', 'a', true);
    ask('a1', 'a');
    ask('edit 2', 'a', true);
    ask('a2', 'a');
    vi.advanceTimersByTime(LOCK_WAIT_MS - 100);
    ask('edit 3', 'a', true);
    await fail('edit 1');
    expect(failed).toEqual(['edit 2', 'edit 1']);
    expect(begun).toEqual(['edit 1', 'a1', 'a2']);
    await fail('a1');
    expect(failed).toEqual(['edit 2', 'edit 1', 'a1']);
    expect(begun).toEqual(['edit 1', 'a1', 'a2', 'edit 3']);
  });

  it('after a timeout of a shared request, all requests of the same age time out', async () => {
    const { ask, begun, failed, fail } = turnsOf(2);
    ask('a1', 'a');
    ask('edit 1', 'a', true);
    ask('a2', 'a');
    vi.advanceTimersByTime(LOCK_WAIT_MS - 100);
    ask('a3', 'a');
    await fail('a1');
    expect(failed).toEqual(['edit 1', 'a2', 'a1']);
    expect(begun).toEqual(['a1', 'a3']);
  });
});
