import type { EngineLogger } from '../src/index.ts';

const nothing = () => undefined;

/** For engines that are made to fail: without a logger, they say so on stderr. */
export const silentLogger: EngineLogger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
