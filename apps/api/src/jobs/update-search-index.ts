import { defineJobType } from '@greenvue/jobs';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { SearchIndex } from '../search/search-index.ts';

/** Adds the latest changes to the search index, or rebuilds it while searches use the old one. */
export const updateSearchIndex = defineJobType({
  type: 'update_search_index',
  description: 'Indexes the listings that changed since the last run, or rebuilds the search index.',
  module: import.meta.url,
  isolation: 'thread',
  payload: z.object({
    fullReindex: z
      .boolean()
      .default(false)
      .describe('true: rebuild the whole index, instead of adding the latest changes'),
  }),
  operatorsMaySet: ['fullReindex'],
  // A rebuild that was interrupted continues after its last batch.
  checkpoint: z.object({
    build: z.string(),
    into: z.enum(['a', 'b']),
    after: z.int(),
    indexed: z.int(),
  }),
  run: async (
    ctx,
    deps: { readonly search: Pick<SearchIndex, 'indexChanges' | 'reindex'>; readonly clock: Clock },
  ) => {
    const startedAt = deps.clock.now();
    const work = {
      signal: ctx.signal,
      progress: (done: number, total: number) => ctx.progress(done, total, 'listings indexed'),
    };
    ctx.log.info(
      ctx.payload.fullReindex
        ? 'Rebuilding the whole index. Searches use the old one until it is complete.'
        : 'Adding the changes since the last run to the index.',
    );
    const report = ctx.payload.fullReindex
      ? await deps.search.reindex({ ...work, resume: { from: ctx.lastCheckpoint, save: ctx.checkpoint } })
      : await deps.search.indexChanges(work);
    const tookMs = deps.clock.now() - startedAt;
    ctx.log.info(
      `Listings indexed: ${report.indexed}, removed from the index: ${report.removed}, in ${tookMs} ms.`,
    );
    return { indexed: report.indexed, removed: report.removed, took_ms: tookMs };
  },
});
