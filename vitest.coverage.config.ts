// The tests of `npm run coverage`: see scripts/test-quality/coverage.mjs.
import { configOf } from './vitest.config.ts';

/** `vi.mock` of sources changes their address, by which they find their threads. */
const MOCKS_SOURCES = ['packages/jobs/src/stores/sqlite/threads/open-database.test.ts'];

export default configOf({ leftOut: MOCKS_SOURCES, isCounted: true });
