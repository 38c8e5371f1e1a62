/** The version of this page, set by the build. */
export const CONSOLE_VERSION: string = __CONSOLE_VERSION__;

declare const __CONSOLE_VERSION__: string;
