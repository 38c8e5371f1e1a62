// A part of a measurement: runs the order in its argument, sends the result, and ends.
import { requireContestant } from '../contestants.ts';
import { type Message, orderSchema } from '../part.ts';
import { requireWorkload } from '../workloads.ts';

const order = orderSchema.parse(JSON.parse(process.argv[2] ?? ''));
const part = requireWorkload(order.workload).parts[order.part];
if (part === undefined) throw new Error(`${order.workload} has no part ${order.part}`);
// The measurement has ended, so its part ends, too.
process.on('disconnect', () => process.exit(1));

const tell = (message: Message): Promise<void> =>
  new Promise((resolve) => process.send?.(message, () => resolve()) ?? resolve());

const figures = await part({
  contestant: requireContestant(order.contestant),
  place: order.place,
  input: order.input,
  say: (word, value) => void tell({ kind: 'word', word, value }),
});
await tell({ kind: 'result', figures });
// Some contestants leave timers or connections open after close.
process.exit(0);
