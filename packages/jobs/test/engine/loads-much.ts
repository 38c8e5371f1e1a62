import { inThread } from './thread-types.ts';

interface Item {
  readonly n: number;
  readonly next: Item | undefined;
}

/**
 * Some 80 MB of heap from the import on, in small objects, as a model that is loaded there takes. One large
 * object over a thread's limit would end Node 24 itself.
 */
export let model: Item | undefined;
for (let n = 0; n < 2_500_000; n++) model = { n: n + 0.5, next: model };

export const much = { ...inThread, type: 'much' };
