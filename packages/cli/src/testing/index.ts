export { type CommandInPipes, type EndedCommand, runInPipes } from './run-in-pipes.ts';
export { createTestContext, createTestScreen, type TestScreen } from './test-context.ts';
