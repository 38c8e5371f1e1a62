const { pathToFileURL } = require('node:url');
const { isMainThread } = require('node:worker_threads');
const { defineJobType } = require('@greenvue/jobs');
const { z } = require('zod');

exports.helloFromCommonJs = defineJobType({
  type: 'hello',
  module: pathToFileURL(__filename).href,
  isolation: 'thread',
  payload: z.strictObject({ name: z.string().default('you') }),
  run: async (ctx) => ({ hello: ctx.payload.name, isMainThread }),
});
