// Compiled, not run: what the published types say.
import { defineJobType, type Engine } from '@greenvue/jobs';
import { connect, listJobs } from '@greenvue/jobs/client';
import { createMemoryStore } from '@greenvue/jobs/testing';
import { z } from 'zod';

defineJobType({
  type: 'rates',
  module: import.meta.url,
  payload: z.object({ base: z.string() }),
  run: async (ctx) => ctx.payload.base.toUpperCase(),
});
defineJobType({
  type: 'typo',
  module: import.meta.url,
  payload: z.object({ base: z.string() }),
  // @ts-expect-error: the payload has no such field.
  run: async (ctx) => ctx.payload.bass,
});

declare const engine: Engine;
export const runs: Promise<string> = engine.trigger('rates').then(({ view }) => view.run.id);
export const names = listJobs(connect({ url: 'http://localhost' })).then(({ data }) =>
  data.map(({ name }) => name.toUpperCase()),
);
export const store = createMemoryStore;
