import { z } from 'zod';
import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType } from '../../src/index.ts';
import { sqlite } from '../../src/stores/sqlite/index.ts';

/**
 * A host with a stray error: a `rejection` or a `throw` outside of handlers. With `heard` it has listeners of
 * its own. Prints `started` and `host heard <error>`, and lives for a second.
 */
const [, , what = '', heard = ''] = process.argv;
const say = (line: string) => void process.stdout.write(`${line}\n`);

const engine = createEngine({
  store: sqlite(':memory:'),
  jobTypes: [
    defineJobType({
      type: 'none',
      module: import.meta.url,
      payload: z.strictObject({}),
      run: async () => undefined,
    }),
  ],
  deps: {},
});
await engine.start();
say('started');
if (heard !== '') process.on('uncaughtException', (error, origin) => say(`host heard ${error} (${origin})`));
process.on('exit', (code) => say(`exit ${code}`));
setTimeout(() => void engine.stop(), 500);
if (what === 'rejection') void Promise.reject(new Error('boom'));
if (what === 'nothing') void Promise.reject();
if (what === 'throw')
  setTimeout(() => {
    throw new Error('boom');
  }, 1);
if (what === 'text')
  setTimeout(() => {
    throw 'out of paper';
  }, 1);
