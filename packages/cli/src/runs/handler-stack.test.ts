import { expect, it } from 'vitest';
import { handlerStack } from './handler-stack.ts';

const HANDLER = '    at read (/app/rates.ts:4:9)\n    at async run (/app/rates.ts:9:3)';
const ENGINE =
  '    at async call (file:///app/node_modules/@greenvue/jobs/dist/engine/attempts/attempt.js:1:1)';
const NEXT = '    at run (/app/node_modules/next/dist/server/lib/trace.js:1:1)';

it('a stack ends at the handler, before the frames of the engine and of the framework', () => {
  expect(handlerStack(`Error: no\nrates\n${HANDLER}\n${ENGINE}\n${NEXT}`)).toBe(HANDLER);
  expect(handlerStack(`Error: no\n${HANDLER}\n${ENGINE.replaceAll('/', '\\')}`)).toBe(HANDLER);
});

it('an error of the engine keeps its whole stack', () => {
  expect(handlerStack(`Error: no\n${ENGINE}\n${NEXT}`)).toBe(`${ENGINE}\n${NEXT}`);
  expect(handlerStack('no stack')).toBe('no stack');
});
