import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType, StoreError } from '../../src/index.ts';
import { sqlite } from '../../src/stores/sqlite/index.ts';
import { silentLogger } from '../silent-logger.ts';

/**
 * A process that opens the database of its argument with the library alone. Prints `loaded`, then
 * `refused <message>`, or `started` and then `ran <fence>` each time its one run begins. That run never ends.
 */
const [, , file = ''] = process.argv;

const say = (line: string) => void process.stdout.write(`${line}\n`);

const endless = defineJobType({
  type: 'endless',
  module: import.meta.url,
  payload: z.strictObject({}),
  run: async (ctx) => {
    say(`ran ${ctx.run.fence}`);
    await setTimeout(600_000, undefined, { signal: ctx.signal });
  },
});

const engine = createEngine({
  store: sqlite(file),
  jobTypes: [endless],
  deps: {},
  logger: silentLogger,
});
say('loaded');
try {
  await engine.start();
  say('started');
  const { created } = await engine.putJob({ id: 'one', name: 'One', type: 'endless', onDemand: true });
  if (created) await engine.trigger('one');
} catch (error) {
  if (!(error instanceof StoreError)) throw error;
  say(`refused ${error.code} ${error.message}`);
}
