export type { ConsoleAuth, ConsoleOptions } from './console-options.ts';
export { CONSOLE_FOLDER } from './console-site.ts';
