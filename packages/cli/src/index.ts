export { type ApplicationParts, createApplication } from './application.ts';
export type { CliContext } from './context.ts';
export { CliError, EXIT, type ExitCode } from './exit-code.ts';
export type { CliProgram, ServerAdvice } from './program.ts';
export { runCli } from './run-cli.ts';
export { type ProgressScreen, showProgress } from './terminal/show-progress.ts';
