import { describe, expect, it } from 'vitest';
import { StoreError } from '../../../core/model/errors.ts';
import { Batcher } from './batcher.ts';

describe('requests of one turn of the event loop share a batch', () => {
  it('inputs of one turn of the event loop share a batch', async () => {
    const { sizes, ask, end } = gathering();
    const answers = [ask(1), ask(2), ask(3)];
    await begun(sizes, 1);
    end();
    expect(await Promise.all(answers)).toEqual([1, 2, 3]);
    expect(sizes).toEqual([3]);
  });

  it('a few inputs that arrive during a batch wait for its end, and share the next batch', async () => {
    const { sizes, ask, end } = gathering();
    const answers = [ask(0)];
    await begun(sizes, 1);
    for (let n = 1; n < 125; n++) answers.push(ask(n));
    await turn();
    expect(sizes).toEqual([1]);
    end();
    await begun(sizes, 2);
    end();
    await Promise.all(answers);
    expect(sizes).toEqual([1, 124]);
  });

  it('many inputs do not wait: a second batch starts in parallel, but never a third', async () => {
    const { sizes, ask, end } = gathering();
    const answers = Array.from({ length: 1_000 }, (_, n) => ask(n));
    await turn();
    expect(sizes).toEqual([250, 250]);
    end();
    await turn();
    expect(sizes).toEqual([250, 250, 250]);
    for (let batches = 0; batches < 3; batches++) {
      end();
      await turn();
    }
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
    expect(sizes).toEqual([250, 250, 250, 250]);
  });

  it('if the second batch fails, its inputs run one by one while the first batch runs', async () => {
    const { sizes, ask, end, alone } = gathering();
    const answers = Array.from({ length: 500 }, (_, n) => ask(n));
    await begun(sizes, 2);
    end(new StoreError('busy', 'Somebody holds it.'), 1);
    await turn();
    expect(alone).toEqual(Array.from({ length: 250 }, (_, n) => 250 + n));
    for (let n = 500; n < 625; n++) answers.push(ask(n));
    await begun(sizes, 3);
    end();
    end();
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 625 }, (_, n) => n));
    expect(alone).toHaveLength(250);
  });

  it('a batch leaves out inputs whose signal fired, and does not start if all signals fired', async () => {
    const { sizes, ask, end, signals } = gathering();
    const gone = new AbortController();
    const answers = [ask(1)];
    await begun(sizes, 1);
    const late = ask(2, gone.signal);
    answers.push(ask(3));
    gone.abort();
    end();
    await expect(late).rejects.toMatchObject({ code: 'aborted' });
    await begun(sizes, 2);
    end();
    expect(await Promise.all(answers)).toEqual([1, 3]);
    expect(sizes).toEqual([1, 1]);
    const one = new AbortController();
    answers.push(
      ask(4, one.signal),
      ask(5, gone.signal).catch(() => 5),
    );
    await begun(sizes, 3);
    expect(signals[2]?.aborted).toBe(false);
    one.abort();
    expect(signals[2]?.aborted).toBe(true);
    end();
  });

  it('after a failed batch, each input is tried alone, and later inputs continue', async () => {
    const { sizes, ask, end, alone } = gathering();
    const answers = [ask(1), ask(2)];
    await begun(sizes, 1);
    end(new StoreError('busy', 'Somebody holds it.'));
    expect(await Promise.all(answers)).toEqual([1, 2]);
    expect(alone).toEqual([1, 2]);
    const next = ask(3);
    await begun(sizes, 2);
    end();
    expect(await next).toBe(3);
  });
});

/** A batcher whose batches end, oldest first, when the test says so. */
function gathering() {
  const sizes: number[] = [];
  const alone: number[] = [];
  const signals: { readonly aborted: boolean }[] = [];
  const underWay: ((error?: Error) => void)[] = [];
  const batcher = new Batcher<number, number>({
    together: (inputs, signal) =>
      new Promise((resolve, reject) => {
        sizes.push(inputs.length);
        signals.push(signal);
        underWay.push((error) => (error === undefined ? resolve(inputs) : reject(error)));
      }),
    alone: async (input) => {
      alone.push(input);
      return input;
    },
  });
  return {
    sizes,
    ask: (input: number, signal?: AbortSignal) => batcher.add(input, signal),
    alone,
    signals,
    end: (error?: Error, which = 0) => underWay.splice(which, 1)[0]?.(error),
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function begun(sizes: readonly number[], count: number): Promise<void> {
  while (sizes.length < count) await turn();
}
