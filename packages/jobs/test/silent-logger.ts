import type { EngineLogger } from '../src/index.ts';

const nothing = () => undefined;

/** For engines that must fail: without a logger, they write errors to stderr. */
export const silentLogger: EngineLogger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
