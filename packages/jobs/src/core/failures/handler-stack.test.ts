import { expect, it } from 'vitest';
import { handlerStack } from './handler-stack.ts';

const HEAD = 'Error: no\n    at last';
const HANDLER = '    at read (/app/rates.ts:4:9)\n    at async run (/app/rates.ts:9:3)';
const ENGINE = '    at async call (/app/node_modules/@greenvue/jobs/lib/attempt.js:1:1)';
const NODE = '    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)';
const NEXT = '    at run (/app/node_modules/next/dist/server/lib/trace.js:1:1)';

const ofHandler = (...parts: readonly string[]) =>
  handlerStack(parts.join('\n'), (frame) => frame.includes('@greenvue/jobs'));

it('a stack ends at the handler, before the frames of the engine and of what called the engine', () => {
  const kept = `${HEAD}\n${HANDLER}`;
  expect(ofHandler(kept, ENGINE)).toBe(kept);
  expect(ofHandler(kept, NODE, ENGINE, NODE, ENGINE, NEXT)).toBe(kept);
  expect(ofHandler(kept)).toBe(kept);
});

it('an error that the engine threw for a handler keeps the way from the handler into the engine', () => {
  expect(ofHandler(HEAD, ENGINE, ENGINE, HANDLER, ENGINE, NODE)).toBe(
    `${HEAD}\n${ENGINE}\n${ENGINE}\n${HANDLER}`,
  );
});

it('an error without a frame of the handler keeps its whole stack', () => {
  for (const stack of [`Error: no\n${ENGINE}\n${NODE}`, `Error: no\n${NODE}\n${ENGINE}`, 'no stack', ''])
    expect(ofHandler(stack)).toBe(stack);
});
