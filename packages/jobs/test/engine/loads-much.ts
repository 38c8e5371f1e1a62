import { inThread } from './thread-types.ts';

/** Some 80 MB of heap from the import on, as a model that is loaded there takes. */
export const model = Array.from({ length: 10_000_000 }, (_, n) => n + 0.5);

export const much = { ...inThread, type: 'much' };
