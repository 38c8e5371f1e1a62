export { builtConsole } from '../package-file.ts';
export type { ConsoleAuth, ConsoleOptions } from './console-options.ts';
