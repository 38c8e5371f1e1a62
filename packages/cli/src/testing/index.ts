export { createTestContext, createTestScreen, type TestScreen } from './test-context.ts';
