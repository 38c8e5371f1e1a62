import { inThread } from './thread-types.ts';

interface Item {
  readonly n: number;
  readonly next: Item | undefined;
}

/**
 * About 80 MB of heap in small objects, like a loaded model. A single object over a thread's limit would end
 * Node 24 itself.
 */
export let model: Item | undefined;
for (let n = 0; n < 2_500_000; n++) model = { n: n + 0.5, next: model };

export const much = { ...inThread, type: 'much' };
