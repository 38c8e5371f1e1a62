// `npm run rehearse -- overload [--store sqlite|postgres] [--seconds N]`: offers a server ten times its capacity in
// requests, event streams, alerts and runs, one after the other and then all at once, each for N (30) seconds.
// Exits with 1 when an aim is missed. Needs about 3 GB of memory and, for RSS, Linux.
import { parseArgs } from 'node:util';
import { count } from '../../bench/support/measure.ts';
import { startReceiver } from './load/processes.ts';
import { type StoreName, startServer } from './load/server.ts';
import { say } from './node.ts';
import { measureCapacity } from './overload/capacity.ts';
import { runPhase } from './overload/phase.ts';
import { phasesOf } from './overload/phases.ts';
import { report } from './overload/report.ts';
import { createJobs, makeTokens, type Target } from './overload/target.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    store: { type: 'string', default: 'sqlite' },
    seconds: { type: 'string', default: '30' },
    only: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
if (!isStore(values.store) || !(seconds >= 5 && seconds <= 600)) {
  throw new Error('--store must be sqlite or postgres, and --seconds 5 to 600.');
}

/** Of the loads: each opens at most 20 event streams. */
const TOKENS = 8;

const receiver = await startReceiver();
const server = await startServer(values.store);
try {
  const token = await server.makeToken();
  const tokens = await makeTokens(server.url, token, TOKENS);
  const target: Target = { server, receiver, token, tokens, seconds };
  await createJobs(target);
  const capacity = await measureCapacity(target);
  say(`${values.store}: ${count(capacity.requests)} requests/s, ${count(capacity.runs)} runs/s of 100 ms`);
  let isMet = true;
  for (const phase of phasesOf(target, capacity)) {
    if (values.only !== undefined && !phase.name.startsWith(values.only)) continue;
    isMet = report(await runPhase({ ...phase, server, token })) && isMet;
  }
  process.exitCode = isMet ? 0 : 1;
} finally {
  await server.stop();
  receiver.stop();
}
process.exit();

function isStore(name: string): name is StoreName {
  return name === 'sqlite' || name === 'postgres';
}
